/** A rule as a machine's config takes it: of what the task is, or by what it hears, too. */
import type { TaskContext } from './attempt.ts';

type Of<Result> = (args: { readonly context: TaskContext }) => Result;
type By<Heard, Result> = (args: { readonly context: TaskContext; readonly event: Heard }) => Result;

export const of =
  <Result>(rule: (context: TaskContext) => Result): Of<Result> =>
  ({ context }) =>
    rule(context);

export const by =
  <Heard, Result>(rule: (context: TaskContext, event: Heard) => Result): By<Heard, Result> =>
  ({ context, event }) =>
    rule(context, event);

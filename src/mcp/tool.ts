/** What a tool of the server is: its words, its schemas, and one body that answers with data. */
import type { ZodObject, z } from 'zod';
import type { RunHost } from './run-host.ts';

/** How a call goes on while it is worked on. */
export interface Call {
  readonly host: RunHost;
  /** Aborted when the client gave the call up, or is gone. */
  readonly signal: AbortSignal;
  /** Tells whoever asked for progress; nothing is sent to who did not. */
  readonly progress: (done: number, total: number, message: string) => void;
}

/** What a client may know before it calls. Left out: it only looks, in this home. */
export type Effect = 'looks' | 'changes' | 'destroys';

export interface Tool {
  readonly name: string;
  readonly title: string;
  /** For a model: what it does, when to use it, and what comes next. */
  readonly description: string;
  readonly effect: Effect;
  /** It begins a run, and its answer names it: a client may have it as a task of the protocol. */
  readonly long?: true;
  readonly input: ZodObject;
  readonly output: ZodObject;
  readonly answer: (input: never, call: Call) => Promise<Readonly<Record<string, unknown>>>;
}

interface Definition<Input extends ZodObject, Output extends ZodObject> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly effect: Effect;
  readonly long?: true;
  readonly input: Input;
  readonly output: Output;
  readonly answer: (input: z.output<Input>, call: Call) => Promise<z.input<Output>>;
}

/** Keeps the types of a tool together while it is written down. */
export function tool<Input extends ZodObject, Output extends ZodObject>(
  definition: Definition<Input, Output>,
): Tool {
  return definition as unknown as Tool;
}

/** The values that a run is given from outside: `--input k=v`, else the plan's default. */
import { UserError } from '../kernel/user-error.ts';
import type { Plan } from './plan.ts';
import { suggest } from './problems/nearest.ts';
import { printable, quote } from './problems/problem.ts';
import type { Report } from './problems/report.ts';
import type { Parts } from './read.ts';

/** `TROUPE_INPUT_MY_REPO`: where a program finds the input `my-repo`. */
export const inputVariable = (name: string): string => `TROUPE_INPUT_${asVariable(name)}`;

/** `TROUPE_RESULT_BUILD_1`: where a program finds the output of the task `build-1` or `build.1`. */
export const resultVariable = (task: string): string => `TROUPE_RESULT_${asVariable(task)}`;

const asVariable = (name: string): string => name.toUpperCase().replaceAll(/[-.]/g, '_');

/** Two inputs in one variable would overwrite each other. */
export function checkInputs({ head }: Parts, report: Report): void {
  const taken = new Map<string, string>();
  for (const name of Object.keys(head?.inputs ?? {})) {
    const variable = inputVariable(name);
    const first = taken.get(variable);
    const message = `${quote(name)} and ${quote(first ?? '')} are one variable, ${variable}`;
    const say = () => ({ message, fix: 'name one of them otherwise' });
    const path = ['inputs', name];
    if (first !== undefined) report.add({ code: 'plan.input-taken', path, at: 'key', say });
    taken.set(variable, name);
  }
}

/** A value for every input of the plan. Throws a UserError naming every one unknown or missing. */
export function resolveInputs(
  plan: Plan,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const names = plan.inputs.map((input) => input.name);
  const unknown = Object.keys(given).filter((name) => !names.includes(name));
  const missing = plan.inputs.filter(
    (input) => input.default === null && !Object.hasOwn(given, input.name),
  );
  const rows = [
    ...unknown.map((name) => `the plan has no input ${quote(name)}; ${suggestInput(name, names)}`),
    ...missing.map(({ name, description }) => {
      return `the input ${quote(name)} is missing${description && ` (${description})`}`;
    }),
  ];
  if (rows.length > 0) {
    const code = unknown.length > 0 ? 'plan.unknown-input' : 'plan.missing-input';
    const [example = names[0]] = missing.map((input) => input.name);
    const hint = example ? `Give a value: --input ${example}=VALUE` : 'Leave --input out.';
    throw new UserError(code, rows.map(printable).join('\n'), hint);
  }
  return Object.fromEntries(
    plan.inputs.map(({ name, default: unset }) => [
      name,
      (Object.hasOwn(given, name) ? given[name] : unset) ?? '',
    ]),
  );
}

const suggestInput = (name: string, names: readonly string[]): string =>
  suggest(name, names) || 'it has none';

/** One mistake in a plan, where it is, and how it is shown to the person who made it. */
import { UserError } from '../../kernel/user-error.ts';

/** The way from the top of the document to a value: `['tasks', 3, 'needs', 0]`. */
export type Path = readonly (string | number)[];

export interface Problem {
  /** `plan.cycle`: steady between releases. */
  readonly code: string;
  /** As the person gave it; `definePlan` for a plan that came as an object. */
  readonly file: string;
  /** From 1; 0 when the mistake is not on a line. */
  readonly line: number;
  /** From 1, in UTF-16 units as editors count; 0 when the mistake is not on a line. */
  readonly column: number;
  /** `tasks[3].needs[0]`; empty for the whole document. */
  readonly key: string;
  readonly message: string;
  /** What would put it right; empty when the message says it all. */
  readonly fix: string;
}

/** Every problem that was found (at most 20 of them in full), as one error for a person. */
export class PlanError extends UserError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], unshown: number, hint: string) {
    const rows = problems.map(renderProblem);
    if (unshown > 0) rows.push(`and ${unshown} more`);
    super(problems[0]?.code ?? 'plan.invalid', rows.join('\n'), hint);
    this.problems = problems;
  }
}

/** `plan.yaml:12:9 tasks[3].needs[0]: no task is called "desing"; did you mean "design"?` */
function renderProblem(problem: Problem): string {
  const { file, line, column, key, message, fix } = problem;
  const place = line > 0 ? `${file}:${line}:${column}` : file;
  return printable(`${place}${key && ` ${key}`}: ${message}${fix && `; ${fix}`}`);
}

/** Without what breaks a line or steers a terminal: names in a plan may be anyone's. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}]/gu, (letter) => `\\u{${letter.codePointAt(0)?.toString(16)}}`);

/** `tasks[3].env["MY KEY"]` */
export function renderPath(path: Path): string {
  const parts = path.map((part) => {
    if (typeof part === 'number') return `[${part}]`;
    return /^[\w-]{1,100}$/.test(part) ? `.${part}` : `[${quote(part)}]`;
  });
  return parts.join('').replace(/^\./, '');
}

const shownMax = 60;

/** A text in quotes, short enough for a line. */
export const quote = (text: string): string =>
  JSON.stringify(text.length > shownMax ? `${text.slice(0, shownMax)}...` : text);

/** A value as a person would name it. */
export function show(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value !== 'object') return String(value);
  const keys = Object.keys(value);
  if (keys.length === 0) return 'an empty map';
  return `a map with ${keys.slice(0, 3).map(quote).join(', ')}${keys.length > 3 ? ', ...' : ''}`;
}

/** The value at the path, or undefined where the path leads nowhere. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, part) => {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, part)) {
      return undefined;
    }
    return (inner as Readonly<Record<string | number, unknown>>)[part];
  }, value);
}

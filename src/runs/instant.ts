/** How a person names a moment of a run: an input, a time of day, or a time after its begin. */
import { UserError } from '../kernel/user-error.ts';
import { parseDuration } from '../plan/shapes/duration.ts';

export type Instant =
  | { readonly kind: 'input'; readonly n: number }
  /** Milliseconds since the epoch. */
  | { readonly kind: 'time'; readonly at: number }
  | { readonly kind: 'after'; readonly ms: number };

/** The same for programs: the number of an input, or a time in any of its forms. */
export interface When {
  readonly to?: number;
  /** Text, or milliseconds since the epoch. */
  readonly at?: string | number;
}

/** No journal has so many inputs: a larger number is a time. */
const inputsMax = 1e11;

/** Without a zone it is the reader's own time. */
const isoPattern = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;

const hint =
  'write the number of an input (42), a time (2026-01-31T12:00:00Z), or one after its begin (+90s)';

/** `42`, `+90s`, `2026-01-31T12:00:00Z`, `1769860800000`. */
export function readInstant(text: string): Instant {
  if (/^\d+$/.test(text)) {
    const number = Number(text);
    return number < inputsMax ? { kind: 'input', n: number } : { kind: 'time', at: number };
  }
  return readTime(text);
}

/** The same without the numbers of inputs. */
export function readTime(text: string): Instant {
  if (text.startsWith('+')) {
    const ms = parseDuration(text.slice(1));
    if (ms !== null) return { kind: 'after', ms };
  }
  const at = /^\d+$/.test(text) ? Number(text) : isoPattern.test(text) ? Date.parse(text) : -1;
  if (Number.isSafeInteger(at) && at >= 0) return { kind: 'time', at };
  throw new UserError('moment.unreadable', `"${text}" is no moment of a run`, hint);
}

/** Undefined: the present. */
export function instantOf({ to, at }: When): Instant | undefined {
  if (to !== undefined) return readInstant(String(to));
  return at === undefined ? undefined : readTime(String(at));
}

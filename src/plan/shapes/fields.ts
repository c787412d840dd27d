/** The kinds of value a plan holds, each with the words for people when it is something else. */
import { z } from 'zod';
import {
  durationPattern,
  durationRangePattern,
  parseDuration,
  parseDurationRange,
} from './duration.ts';

/** Every message is what was expected; what was found instead is added where it is reported. */
const expected = (what: string): { readonly error: string } => ({ error: `expected ${what}` });

export const text = (what = 'text') => z.string(expected(what));
/** Goes to a program, where an empty text or a NUL has no meaning. */
export const argument = (what: string) =>
  text(what).regex(/^[^\0]*$/, { error: `expected ${what} without a NUL character` });
export const words = (what: string) => argument(what).regex(/\S/, expected(what));
export const flag = () => z.boolean(expected('true or false'));
export const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, expected(values.join(', ').replace(/, ([^,]+)$/, ' or $1')));

export function wholeNumber(min: number, max: number) {
  const unbounded = max === Number.MAX_SAFE_INTEGER;
  const range = min === -max ? '' : unbounded ? ` from ${min}` : ` from ${min} to ${max}`;
  const words = expected(`a whole number${range}`);
  return z.number(words).int(words).min(min, words).max(max, words);
}

export function number(min: number, max: number) {
  const range = max === Number.MAX_VALUE ? `${min} or more` : `from ${min} to ${max}`;
  const words = expected(`a number ${range}`);
  return z.number(words).min(min, words).max(max, words);
}

/** Milliseconds once it is read. */
export function duration(minMs: number) {
  const least = minMs > 0 ? ' above 0' : '';
  const words = expected(`a duration${least} such as 500ms, 20m or 1h30m (at most 365d)`);
  return z
    .string(words)
    .regex(durationPattern, words)
    .refine((given) => (parseDuration(given) ?? -1) >= minMs, words)
    .transform((given) => parseDuration(given) ?? minMs);
}

export function durationRange() {
  const words = expected('a duration such as 100ms, or a range such as 6s..15s');
  return z
    .string(words)
    .regex(durationRangePattern, words)
    .refine((given) => parseDurationRange(given) !== null, words)
    .transform((given) => parseDurationRange(given) ?? { minMs: 0, maxMs: 0 });
}

/** Windows gives these to devices, with any ending. */
const deviceName = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** An id that is also the name of a file and a folder, on every system. */
export function fileSafeName(what: string) {
  const letters = '1 to 100 letters, digits, "_", "-" or "."';
  const words = expected(`${what}: ${letters}, not first "-" or ".", not last ".", without ".."`);
  return z
    .string(words)
    .regex(/^(?![-.])(?!.*\.\.)[A-Za-z0-9_.-]{1,100}$(?<!\.)/, words)
    .refine((name) => !deviceName.test(name), expected(`${what} that Windows keeps for no device`))
    .refine((name) => name !== '__proto__', words);
}

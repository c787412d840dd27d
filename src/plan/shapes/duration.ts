/** Durations as people write them (`100ms`, `20m`, `1h30m`, `6s..15s`) and as milliseconds. */

export interface DurationRange {
  readonly minMs: number;
  readonly maxMs: number;
}

const unitsMs = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;
const units = Object.keys(unitsMs) as readonly (keyof typeof unitsMs)[];

/** The longest that is accepted: a year, far beyond any wait that is meant. */
const durationMaxMs = 365 * unitsMs.d;

// Largest unit first and each at most once, so that '1m1h' and '5m5m' are seen as slips.
const part = (unit: string): string => `(?:(\\d+(?:\\.\\d+)?)${unit}(?![a-z]))?`;
const body = `(?=\\d)${units.map(part).join('')}`;

export const durationPattern = new RegExp(`^${body}$`);
export const durationRangePattern = new RegExp(`^${body}(?:\\.\\.${body})?$`);

/** Whole milliseconds, or null for what is no duration, or one beyond a year. */
export function parseDuration(text: string): number | null {
  const amounts = durationPattern.exec(text)?.slice(1);
  if (!amounts) return null;
  const sum = amounts.reduce((total, amount, at) => {
    const unit = units[at];
    return amount === undefined || unit === undefined
      ? total
      : total + Number(amount) * unitsMs[unit];
  }, 0);
  return sum <= durationMaxMs ? Math.round(sum) : null;
}

/** `6s..15s`, or one duration for both ends; null when an end is none or they are reversed. */
export function parseDurationRange(text: string): DurationRange | null {
  const [first = '', second = first, ...more] = text.split('..');
  const minMs = parseDuration(first);
  const maxMs = parseDuration(second);
  if (minMs === null || maxMs === null || minMs > maxMs || more.length > 0) return null;
  return { minMs, maxMs };
}

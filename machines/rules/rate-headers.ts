/** What the headers of a model's service say of its limits, by the names that providers use. */
import type { LearnedLimits } from '../loan.ts';

export type Headers = Readonly<Record<string, string>>;

const counts = {
  requestsPerMinute: ['x-ratelimit-limit-requests', 'anthropic-ratelimit-requests-limit'],
  requestsLeft: ['x-ratelimit-remaining-requests', 'anthropic-ratelimit-requests-remaining'],
  tokensPerMinute: [
    ...['x-ratelimit-limit-tokens', 'anthropic-ratelimit-tokens-limit'],
    'anthropic-ratelimit-input-tokens-limit',
  ],
  tokensLeft: [
    ...['x-ratelimit-remaining-tokens', 'anthropic-ratelimit-tokens-remaining'],
    'anthropic-ratelimit-input-tokens-remaining',
  ],
} as const;

const resets = [
  ...['retry-after', 'x-ratelimit-reset-requests', 'x-ratelimit-reset-tokens'],
  ...['anthropic-ratelimit-requests-reset', 'anthropic-ratelimit-tokens-reset'],
  'anthropic-ratelimit-input-tokens-reset',
];

/** `atMs`: when they came. What says nothing that is known is left out. */
export function limitsIn(headers: Headers, atMs: number): LearnedLimits {
  const known = new Map(Object.entries(headers).map(([key, text]) => [key.toLowerCase(), text]));
  const said = Object.entries(counts).flatMap(([limit, names]) => {
    const found = names.map((name) => count(known.get(name))).find((each) => each !== null);
    return found === undefined ? [] : [[limit, found] as const];
  });
  const afterMs = count(known.get('retry-after-ms'));
  const times = resets.map((name) => moment(known.get(name), atMs));
  const told = [afterMs === null ? null : atMs + afterMs, ...times].filter((time) => time !== null);
  // Before the latest of them, something is still missing.
  const reset = told.length === 0 ? {} : { resetAtMs: Math.max(...told) };
  return { ...Object.fromEntries(said), ...reset };
}

function count(text = ''): number | null {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) && number >= 0 ? number : null;
}

const unitsMs = [
  [/([\d.]+)h/, 3_600_000],
  [/([\d.]+)m(?!s)/, 60_000],
  [/([\d.]+)s/, 1_000],
  [/([\d.]+)ms/, 1],
] as const;

/** Seconds `30`, `1m12.5s`, `2026-11-21T10:00:00Z`, `Fri, 21 Nov 2026 10:00:00 GMT`. */
function moment(text: string | undefined, atMs: number): number | null {
  if (text === undefined) return null;
  const seconds = count(text);
  if (seconds !== null) return atMs + seconds * 1_000;
  if (/^(?:[\d.]+(?:ms|[smh]))+$/.test(text)) {
    return unitsMs.reduce((sum, [unit, ms]) => sum + Number(unit.exec(text)?.[1] ?? 0) * ms, atMs);
  }
  const dateMs = Date.parse(text);
  return Number.isNaN(dateMs) ? null : dateMs;
}

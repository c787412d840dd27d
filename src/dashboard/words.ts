/** How numbers, times and states read. */

export function duration(ms: number): string {
  if (ms < 0) return '0 s';
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 60) return `${(ms / 1_000).toFixed(seconds < 10 ? 1 : 0)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

export function money(usd: number | null): string {
  if (usd === null) return 'unknown';
  if (usd !== 0 && usd < 0.01) return `$${usd.toFixed(4)}`;
  return `$${usd.toFixed(2)}`;
}

const clockFormat = new Intl.DateTimeFormat(undefined, {
  ...({ hour: '2-digit', minute: '2-digit', second: '2-digit' } as const),
  hour12: false,
});
const dayFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

export const clockTime = (at: number): string => (at === 0 ? '' : clockFormat.format(at));
export const dayTime = (at: number): string => (at === 0 ? '' : dayFormat.format(at));
export const plural = (count: number, one: string): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : `${one}s`}`;

const units: readonly (readonly [ms: number, unit: Intl.RelativeTimeFormatUnit])[] = [
  [365 * 24 * 3_600_000, 'year'],
  [30 * 24 * 3_600_000, 'month'],
  [24 * 3_600_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
];
const agoFormat = new Intl.RelativeTimeFormat('en');

/** `3 days ago`; `just now` within a minute. */
export function ago(ms: number): string {
  const [step, unit] = units.find(([length]) => ms >= length) ?? [];
  return step && unit ? agoFormat.format(-Math.floor(ms / step), unit) : 'just now';
}

/** Every state falls into one of these, which have a colour, a sign and a word. */
export type Tone =
  | 'calm'
  | 'asks'
  | 'ready'
  | 'busy'
  | 'checks'
  | 'waits'
  | 'well'
  | 'badly'
  | 'off';

const tones: Readonly<Record<string, Tone>> = {
  ...{ unborn: 'calm', waiting: 'calm', planning: 'calm', idle: 'calm', spawning: 'calm' },
  ...{
    approving: 'asks',
    escalated: 'asks',
    held: 'asks',
    taking: 'asks',
    review: 'asks',
    reviewing: 'asks',
  },
  ...{ ready: 'ready', registering: 'ready', assigned: 'ready' },
  ...{ running: 'busy', working: 'busy', reporting: 'busy', handoff: 'busy', starting: 'busy' },
  ...{ verifying: 'checks', judging: 'checks', draining: 'checks' },
  ...{ retrying: 'waits', parked: 'waits', resting: 'waits', restarting: 'waits' },
  ...{ succeeded: 'well', watching: 'well' },
  ...{ failed: 'badly', crashed: 'badly', lost: 'badly' },
  ...{ skipped: 'off', cancelled: 'off', stopped: 'off', stopping: 'off' },
};

export const toneOf = (state: string): Tone => tones[state.split('.')[0] ?? ''] ?? 'calm';

export const signs: Readonly<Record<Tone, string>> = {
  ...{ calm: '○', asks: '?', ready: '◔', busy: '●', checks: '◈' },
  ...{ waits: '↻', well: '✓', badly: '✕', off: '–' },
};

/** How long ago something was, as a person would say it. */

const steps: readonly (readonly [ms: number, word: string])[] = [
  [365 * 24 * 3_600_000, 'year'],
  [30 * 24 * 3_600_000, 'month'],
  [7 * 24 * 3_600_000, 'week'],
  [24 * 3_600_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
];

/** `3 days ago`; `just now` within a minute, and for clocks that disagree. */
export function ago(ms: number): string {
  for (const [step, word] of steps) {
    const count = Math.floor(ms / step);
    if (count >= 1) return `${count} ${word}${count === 1 ? '' : 's'} ago`;
  }
  return 'just now';
}

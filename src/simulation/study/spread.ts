/** How figures are spread: the middle, the far end, the worst, and a histogram to draw. */

export interface Spread {
  /** Half of the figures are not above it. */
  readonly p50: number;
  readonly p95: number;
  readonly worst: number;
}

/** Of nothing, all is 0. */
export function spreadOf(figures: readonly number[]): Spread {
  const sorted = figures.toSorted((one, other) => one - other);
  return { p50: rankOf(sorted, 0.5), p95: rankOf(sorted, 0.95), worst: sorted.at(-1) ?? 0 };
}

/** The nearest rank: always one of the figures, never something between two. */
function rankOf(sorted: readonly number[], share: number): number {
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[rank - 1] ?? 0;
}

export interface Histogram {
  readonly least: number;
  readonly most: number;
  /** How many figures fall into each part of the range, from its least end. */
  readonly counts: readonly number[];
}

/** One part when all figures are the same. */
export function histogramOf(figures: readonly number[], parts: number): Histogram {
  const least = figures.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
  const most = figures.reduce((one, other) => Math.max(one, other), Number.NEGATIVE_INFINITY);
  if (figures.length === 0) return { least: 0, most: 0, counts: [] };
  if (most === least) return { least, most, counts: [figures.length] };
  const counts = Array.from({ length: parts }, () => 0);
  for (const figure of figures) {
    const part = Math.min(parts - 1, Math.floor(((figure - least) / (most - least)) * parts));
    counts[part] = (counts[part] ?? 0) + 1;
  }
  return { least, most, counts };
}

/** The value below which so much (0 to 1) of the sorted figures lies; straight lines between. */
export function quantileOf(sorted: readonly number[], share: number): number {
  const place = Math.max(0, Math.min(1, share)) * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}

export function meanOf(figures: readonly number[]): number {
  if (figures.length === 0) return 0;
  return figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}

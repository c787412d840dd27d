/**
 * Messages of a stream under one subject, oldest first, by asking for each: several questions are
 * out at a time, and only a bounded part of the stream is in memory.
 *
 * No consumer reads them: servers may put one on a server that has just died, and what is read from
 * there says nothing for many seconds. Whoever leads the stream answers at once.
 */

export interface Kept {
  readonly sequence: number;
  readonly data: Uint8Array;
}

/** The first one at this place of the stream or behind it; null: there is none. */
export type Next = (from: number) => Promise<Kept | null>;

interface Lane {
  readonly found: readonly Kept[];
  readonly bytes: number;
  /** All before this was looked at. */
  readonly end: number;
}

const lanesMax = 32;
const stretchCountAim = 1_600;
const stretchBytesAim = 4 * 1024 * 1024;
const laneBytesMax = 1024 * 1024;
const growthMax = 8;

/** All from `first` to `last`, which is one of them. */
export async function* readStretches(next: Next, first: number, last: number) {
  let span = lanesMax;
  for (let from = first; from <= last; ) {
    const stretch = await readStretch(next, from, Math.min(last + 1, from + span));
    yield* stretch.found;
    span = nextSpan(span, stretch, stretch.end - from);
    from = stretch.end;
  }
}

/** Others' messages lie between ours, here few of them and there many. */
function nextSpan(span: number, { found, bytes }: Lane, covered: number): number {
  const byCount = (covered * stretchCountAim) / Math.max(1, found.length);
  const byBytes = (covered * stretchBytesAim) / Math.max(1, bytes);
  return Math.max(lanesMax, Math.floor(Math.min(span * growthMax, byCount, byBytes)));
}

/** Ends before its end where its memory is full. */
async function readStretch(next: Next, from: number, end: number): Promise<Lane> {
  const step = Math.ceil((end - from) / lanesMax);
  const starts = Array.from(
    { length: Math.ceil((end - from) / step) },
    (_, at) => from + at * step,
  );
  const lanes = await Promise.all(
    starts.map((start) => readLane(next, start, Math.min(end, start + step))),
  );
  const found: Kept[] = [];
  let bytes = 0;
  for (const [at, lane] of lanes.entries()) {
    found.push(...lane.found);
    bytes += lane.bytes;
    if (lane.end < Math.min(end, from + (at + 1) * step)) return { found, bytes, end: lane.end };
  }
  return { found, bytes, end };
}

async function readLane(next: Next, from: number, end: number): Promise<Lane> {
  const found: Kept[] = [];
  let bytes = 0;
  for (let at = from; at < end && bytes < laneBytesMax; ) {
    const kept = await next(at);
    if (!kept || kept.sequence >= end) return { found, bytes, end };
    found.push(kept);
    bytes += kept.data.length;
    at = kept.sequence + 1;
    if (bytes >= laneBytesMax) return { found, bytes, end: at };
  }
  return { found, bytes, end };
}

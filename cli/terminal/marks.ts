/** The signs and colours of the lines that stay: how each thing that can happen is told apart. */
import type { Environment, Palette } from './style.ts';

export type Mark =
  | 'succeeded'
  | 'failed'
  | 'skipped'
  | 'cancelled'
  | 'retrying'
  | 'parked'
  | 'asks'
  | 'crashed';

export type Signs = Readonly<Record<Mark | 'full' | 'empty', string>>;

const pretty: Signs = {
  ...{ full: '█', empty: '░', succeeded: '✓', failed: '✗', skipped: '–', cancelled: '⊘' },
  ...{ retrying: '↻', parked: '…', asks: '?', crashed: '!' },
};
const simple: Signs = {
  ...{ full: '#', empty: '-', succeeded: '+', failed: 'x', skipped: '-', cancelled: 'o' },
  ...{ retrying: '~', parked: '.', asks: '?', crashed: '!' },
};

/** The Linux console has no font for the pretty ones. */
export function signsFor({ TERM }: Environment): Signs {
  return TERM === 'linux' ? simple : pretty;
}

export function colourOf(mark: Mark, { red, green, yellow, dim }: Palette) {
  switch (mark) {
    case 'succeeded':
      return green;
    case 'failed':
    case 'crashed':
      return red;
    case 'skipped':
    case 'cancelled':
      return dim;
    default:
      return yellow;
  }
}

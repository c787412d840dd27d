/** How things look: colours where they are wanted, symbols, tables, times and sums of money. */
import type { Output } from './render.ts';
import { cut, padEnd, widthOf } from './text.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
type Colour = (text: string) => string;

export interface Palette {
  readonly bold: Colour;
  readonly dim: Colour;
  readonly red: Colour;
  readonly green: Colour;
  readonly yellow: Colour;
  readonly blue: Colour;
}

const sequence =
  (on: number, off: number): Colour =>
  (text) =>
    text === '' ? '' : `\x1b[${on}m${text}\x1b[${off}m`;
const bare: Colour = (text) => text;

const coloured: Palette = {
  bold: sequence(1, 22),
  dim: sequence(2, 22),
  red: sequence(31, 39),
  green: sequence(32, 39),
  yellow: sequence(33, 39),
  blue: sequence(36, 39),
};
export const colourless: Palette = {
  bold: bare,
  dim: bare,
  red: bare,
  green: bare,
  yellow: bare,
  blue: bare,
};

/** FORCE_COLOR decides, then NO_COLOR, then whether it is a terminal that can. */
export function paletteFor(output: Output, environment: Environment): Palette {
  const { FORCE_COLOR: forced, NO_COLOR: refused, TERM: terminal } = environment;
  if (forced !== undefined && forced !== '') {
    return forced === '0' || forced === 'false' ? colourless : coloured;
  }
  if (refused !== undefined && refused !== '') return colourless;
  return output.isTerminal && terminal !== 'dumb' ? coloured : colourless;
}

/** Whether lines may be drawn over: a terminal that can move its cursor. */
export function canDraw(output: Output, environment: Environment): boolean {
  return output.isTerminal && environment.TERM !== 'dumb' && environment.TERM !== undefined;
}

/** What is this narrow is never cut: names that a person copies. */
const narrowMax = 40;
const cellMin = 10;

/**
 * Columns as wide as their widest cell. Where that is more than there is room for, the last one
 * and those that are wide share what the others leave.
 */
export function table(rows: readonly (readonly string[])[], columnsMax: number): string {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const needed = Array.from({ length: count }, (_, at) =>
    rows.reduce((most, row) => Math.max(most, widthOf(row[at] ?? '')), 0),
  );
  const widths = fitted(needed, columnsMax - 2 * (count - 1));
  const lines = rows.map((row) => {
    const cells = row.map((cell, at) => {
      const width = widths[at] ?? 0;
      return at < count - 1 ? padEnd(cut(cell, width), width) : cut(cell, width);
    });
    return `${cells.join('  ').trimEnd()}\n`;
  });
  return lines.join('');
}

function fitted(needed: readonly number[], room: number): readonly number[] {
  const last = needed.length - 1;
  const gives = (width: number, at: number) => at === last || width > narrowMax;
  const givers = needed.filter(gives).sort((one, other) => one - other);
  let left = room - needed.reduce((sum, width, at) => sum + (gives(width, at) ? 0 : width), 0);
  for (const [at, width] of givers.entries()) {
    const share = Math.floor(left / (givers.length - at));
    if (width > share) {
      const most = Math.max(cellMin, share);
      return needed.map((each, place) => (gives(each, place) ? Math.min(each, most) : each));
    }
    left -= width;
  }
  return needed;
}

const two = (count: number): string => String(count).padStart(2, '0');

/** `0:07`, `12:30`, `3:05:09`: a clock that runs. */
export function stopwatch(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const end = `${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${two(minutes)}:${end}` : `${minutes}:${end}`;
}

/** `2025-11-21`, where the reader is. */
export function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** `08:02:11`, where the reader is. */
export function timeOf(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
}

/** Null is a price that nobody knows. */
export function money(usd: number | null): string {
  if (usd === null) return 'unknown';
  return usd > 0 && usd < 0.01 ? '<$0.01' : `$${usd.toFixed(2)}`;
}

/** `1 task`, `2 tasks`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

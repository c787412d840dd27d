/** The picture of a run on a terminal, as lines: as many agents as there is room for, and a bar. */

import type { Signs } from '../terminal/marks.ts';
import { type Palette, stopwatch } from '../terminal/style.ts';
import { cut, padEnd, padStart, plainLine, widthOf } from '../terminal/text.ts';
import type { AgentRow, Board, Doing } from './board.ts';

export interface Canvas {
  readonly columns: number;
  readonly rows: number;
  readonly palette: Palette;
  readonly signs: Signs;
}

export interface Moment {
  readonly nowMs: number;
  readonly elapsedMs: number;
  /** Null as long as nobody can tell. */
  readonly leftMs: number | null;
}

type Part = readonly [text: string, colour?: (text: string) => string];

const nameMaxColumns = 24;
const barMaxColumns = 30;
/** `restarting`, the longest word for what an agent does. */
const doingColumns = 10;

/** The rest of the terminal is for what has happened: the lines that stay. */
const shareOfRows = 0.6;

/** Fewer lines than the terminal has, each a column narrower: nothing wraps or scrolls away. */
export function frameOf(board: Board, moment: Moment, canvas: Canvas): readonly string[] {
  const rows = [...board.agents];
  const room = Math.max(0, Math.floor(canvas.rows * shareOfRows) - 1);
  const all = rows.length <= room ? rows : busyFirst(rows);
  const shown = rows.length <= room ? rows : all.slice(0, Math.max(0, room - 1));
  const rest = all.slice(shown.length);
  const nameColumns = Math.min(nameMaxColumns, Math.max(0, ...shown.map(({ id }) => widthOf(id))));
  return [
    ...shown.map((row) => agentLine(row, nameColumns, moment.nowMs, canvas)),
    ...(rest.length > 0 && room > 0 ? [restLine(rest, canvas)] : []),
    barLine(board, moment, canvas),
  ];
}

/** Those who do something, in their usual order; then the others. */
function busyFirst(rows: readonly AgentRow[]): readonly AgentRow[] {
  const busy = rows.filter(({ doing }) => doing !== 'idle');
  const idle = rows.filter(({ doing }) => doing === 'idle');
  return [...busy, ...idle];
}

function agentLine(row: AgentRow, nameColumns: number, nowMs: number, canvas: Canvas): string {
  const { palette } = canvas;
  const name = padEnd(cut(plainLine(row.id), nameColumns), nameColumns);
  const doing = padEnd(row.doing, doingColumns);
  if (row.doing === 'idle') return compose([[`  ${name}  ${doing}`, palette.dim]], canvas);
  const since = padStart(stopwatch(nowMs - row.sinceMs), 7);
  const colour = colourOf(row.doing, palette);
  const task = plainLine(row.task ?? '');
  return compose([[`  ${name}  `], [doing, colour], [`${since}  `, palette.dim], [task]], canvas);
}

function colourOf(doing: Doing, palette: Palette) {
  switch (doing) {
    case 'crashed':
    case 'restarting':
      return palette.red;
    case 'checking':
      return palette.yellow;
    default:
      return palette.blue;
  }
}

/** `… and 150 more (120 working, 30 idle)` */
function restLine(rest: readonly AgentRow[], canvas: Canvas): string {
  const list = tally(rest.map(({ doing }) => doing));
  return compose([[`  … and ${rest.length} more (${list})`, canvas.palette.dim]], canvas);
}

function barLine(board: Board, moment: Moment, canvas: Canvas): string {
  const { palette, signs, columns } = canvas;
  const { settled, total, counts } = board;
  const width = Math.max(5, Math.min(barMaxColumns, Math.floor(columns / 3)));
  const full = total === 0 ? width : Math.floor((settled / total) * width);
  const bad = (['failed', 'skipped', 'cancelled'] as const).filter((status) => counts[status] > 0);
  const told = bad.map((status) => `${counts[status]} ${status}`).join(', ');
  const pauses = tally(board.pauses);
  const { elapsedMs, leftMs } = moment;
  const left = leftMs === null || settled === total ? '' : `, about ${stopwatch(leftMs)} left`;
  const parts: Part[] = [
    ['  '],
    [signs.full.repeat(full), counts.failed > 0 ? palette.red : palette.green],
    [signs.empty.repeat(width - full), palette.dim],
    [`  ${settled}/${total}`, palette.bold],
    [told && `  ${told}`, palette.red],
    [pauses && `  ${pauses}`, palette.yellow],
    [`  ${stopwatch(elapsedMs)}${left}`],
  ];
  return compose(parts, canvas);
}

/** `2 retrying, 1 parked` */
function tally(words: Iterable<string>): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
}

/** Cut before it is coloured, so that no colour is left on. */
function compose(parts: readonly Part[], { columns }: Canvas): string {
  let left = columns - 1;
  return parts
    .map(([text, colour]) => {
      const fitting = cut(text, left);
      left -= widthOf(fitting);
      return colour ? colour(fitting) : fitting;
    })
    .join('');
}

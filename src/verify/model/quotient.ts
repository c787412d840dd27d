/**
 * Makes one place of all those that nobody can tell apart: whatever happens to a task in one of
 * them, the same can happen in the other, and leads again to places that can't be told apart.
 */
import type { Move, TableRow, TaskTable } from './table.ts';

export function quotient({ rows, first, indexOf }: TaskTable): TaskTable {
  const group = groupsOf(rows);
  const moved = (move: Move): Move => ({ ...move, to: group[move.to] ?? move.to });
  const kept: TableRow[] = [];
  for (const [at, row] of rows.entries()) {
    if (kept[group[at] ?? 0] !== undefined) continue;
    const { met, unmet, admitted, cancelled } = row;
    const driven = { met: moved(met), unmet: moved(unmet), admitted: moved(admitted) };
    const moves = distinct(row.moves.map(moved));
    kept[group[at] ?? 0] = { ...row, moves, ...driven, cancelled: moved(cancelled) };
  }
  const indexes = [...indexOf].map(([key, at]) => [key, group[at] ?? 0] as const);
  return { rows: kept, first: group[first] ?? 0, indexOf: new Map(indexes) };
}

/** Splits until nothing is left to be told apart; the first place keeps its number. */
function groupsOf(rows: readonly TableRow[]): readonly number[] {
  let group: readonly number[] = rows.map(() => 0);
  for (let count = 1; ; ) {
    const numbers = new Map<string, number>();
    const finer = rows.map((row) => {
      const sign = signOf(row, group);
      const known = numbers.get(sign);
      if (known !== undefined) return known;
      numbers.set(sign, numbers.size);
      return numbers.size - 1;
    });
    group = finer;
    if (numbers.size === count) return group;
    count = numbers.size;
  }
}

/** The finer the groups that moves lead to, the more signs there are. */
function signOf(row: TableRow, group: readonly number[]): string {
  const { name, wants, holds, isManned, avoided, met, unmet, admitted, cancelled } = row;
  const moves = row.moves.map((move) => {
    const { kind, force } = move.stimulus;
    return `${kind}/${force}/${goalOf(move, group)}`;
  });
  const driven = [met, unmet, admitted, cancelled].map((move) => goalOf(move, group));
  const isOver = name === 'over';
  return JSON.stringify([
    isOver,
    wants,
    holds,
    isManned,
    avoided,
    [...new Set(moves)].sort(),
    driven,
  ]);
}

const goalOf = ({ to, settles }: Move, group: readonly number[]): string =>
  `${group[to]}${settles ?? ''}`;

/** Of those that come to the same the first is kept; what must happen stands for what may. */
export function distinct(moves: readonly Move[]): readonly Move[] {
  const kept = new Map<string, Move>();
  for (const move of moves) {
    const key = `${move.to}/${move.settles}/${move.stimulus.kind}`;
    const known = kept.get(key);
    const isWeaker = known?.stimulus.force === 'may' && move.stimulus.force === 'must';
    if (!known || isWeaker) kept.set(key, move);
  }
  return [...kept.values()];
}

/**
 * Where each task stands in the picture of a plan: waves from left to right, and in a wave near
 * what it needs. Made of the plan alone, at once, and the same every time: nothing jumps.
 */
import type { TaskShape } from '../../serving/wire.ts';

export const nodeWidth = 176;
export const nodeHeight = 42;
const gapX = 56;
const gapY = 14;
const waveGap = 40;
const margin = 24;
const headHeight = 34;

export interface Place {
  readonly task: TaskShape;
  readonly x: number;
  readonly y: number;
}

export interface WavePlace {
  readonly wave: number;
  readonly x: number;
  readonly width: number;
  readonly count: number;
}

export interface GraphLayout {
  readonly places: ReadonlyMap<string, Place>;
  readonly waves: readonly WavePlace[];
  readonly width: number;
  readonly height: number;
}

/** `aspect`: width by height of the room there is. */
export function layOut(tasks: readonly TaskShape[], aspect: number): GraphLayout {
  const waves = byWave(tasks);
  const rowsMax = rowsFor(waves, aspect);
  const places = new Map<string, Place>();
  const heads: WavePlace[] = [];
  let x = margin;
  let tallest = 0;
  for (const [wave, members] of waves.entries()) {
    const ordered = byNeeds(members, places);
    const columns = Math.max(1, Math.ceil(ordered.length / rowsMax));
    const rows = Math.max(1, Math.ceil(ordered.length / columns));
    for (const [at, task] of ordered.entries()) {
      const column = Math.floor(at / rows);
      const y = margin + headHeight + (at % rows) * (nodeHeight + gapY);
      places.set(task.id, { task, x: x + column * (nodeWidth + gapX / 2), y });
    }
    const width = columns * nodeWidth + (columns - 1) * (gapX / 2);
    heads.push({ wave, x, width, count: members.length });
    x += width + gapX + waveGap;
    tallest = Math.max(tallest, rows);
  }
  const height = margin * 2 + headHeight + tallest * (nodeHeight + gapY);
  return { places, waves: heads, width: x - gapX - waveGap + margin, height };
}

function byWave(tasks: readonly TaskShape[]): readonly (readonly TaskShape[])[] {
  const waves: TaskShape[][] = [];
  for (const task of tasks) {
    waves[task.wave] ??= [];
    waves[task.wave]?.push(task);
  }
  return Array.from(waves, (members) => members ?? []);
}

/** So many rows that the whole has about the shape of its room. */
function rowsFor(waves: readonly (readonly TaskShape[])[], aspect: number): number {
  const widest = Math.max(1, ...waves.map(({ length }) => length));
  const widthOf = (rows: number): number =>
    waves.reduce((sum, { length }) => {
      const columns = Math.max(1, Math.ceil(length / rows));
      return sum + columns * (nodeWidth + gapX / 2) + gapX / 2 + waveGap;
    }, 0);
  for (let rows = Math.min(widest, 8); rows < widest; rows += Math.ceil(rows / 6)) {
    if (widthOf(rows) / (rows * (nodeHeight + gapY)) <= aspect) return rows;
  }
  return widest;
}

/** By the middle of what they need; those of the same stay in the order of the plan. */
function byNeeds(
  members: readonly TaskShape[],
  places: ReadonlyMap<string, Place>,
): readonly TaskShape[] {
  const weights = members.map((task, at) => {
    const above = task.needs.flatMap((need) => places.get(need)?.y ?? []);
    const middle = above.reduce((sum, y) => sum + y, 0) / (above.length || 1);
    return { task, weight: above.length > 0 ? middle : at };
  });
  return weights.sort((a, b) => a.weight - b.weight).map(({ task }) => task);
}

/** A line from what is needed to who needs it. */
export function edgePath(from: Place, to: Place): string {
  const [x1, y1] = [from.x + nodeWidth, from.y + nodeHeight / 2];
  const [x2, y2] = [to.x, to.y + nodeHeight / 2];
  const bend = Math.max(24, (x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

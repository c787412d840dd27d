/** A plan whose commands say in one file what they do, bit by bit: two at once would be seen. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Desk } from '../cli/troupe.ts';

const line = (what: string, log: string) => `echo "$TROUPE_TASK $TROUPE_TOKEN ${what}" >> ${log}`;

/** In waves, so that there is always something to begin and something to wait for. */
export function tickingPlan(desk: Desk, count: number, abreast = 12): string {
  const log = desk.path('log');
  const ticks = `for i in 1 2 3 4 5 6; do sleep 0.04; ${line('tick', log)}; done`;
  const script = `${line('begin', log)}; ${ticks}; echo made > made; ${line('end', log)}`;
  const run = ['sh', '-c', script];
  const agents = { coder: { adapter: 'command', where: 'remote', run } };
  const tasks = Array.from({ length: count }, (_, at) => ({
    ...{ id: `t${at}`, workspace: 'folder', verify: [{ file: 'made' }] },
    ...(at >= 3 * abreast && { needs: [`t${at - 3 * abreast}`] }),
  }));
  const path = desk.path('plan.json');
  writeFileSync(path, JSON.stringify({ name: 'many', concurrency: abreast, agents, tasks }));
  return path;
}

interface Line {
  readonly task: string;
  readonly token: number;
  readonly what: string;
}

export function ticksOf(desk: Desk): readonly Line[] {
  const path = desk.path('log');
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((text) => {
    const [task = '', token = '', what = ''] = text.split(' ');
    return { task, token: Number(token), what };
  });
}

export const doneIn = (desk: Desk): number =>
  new Set(ticksOf(desk).flatMap(({ task, what }) => (what === 'end' ? [task] : []))).size;

/** Every task was done; none by two at once; and no attempt was made twice. */
export function expectOneAtATime(desk: Desk, count: number): void {
  const lines = ticksOf(desk);
  expect(doneIn(desk)).toBe(count);
  const byTask = new Map<string, Line[]>();
  for (const each of lines) byTask.set(each.task, [...(byTask.get(each.task) ?? []), each]);
  for (const [task, own] of byTask) {
    // None says a word once the next has begun.
    const turns = own.filter(({ token }, at) => token !== own[at - 1]?.token);
    const tokens = turns.map(({ token }) => token);
    expect([task, tokens]).toEqual([task, [...new Set(tokens)].sort((a, b) => a - b)]);
    expect(turns.map(({ what }) => what)).toEqual(turns.map(() => 'begin'));
    const begun = own.filter(({ what }) => what === 'begin');
    expect([task, begun.length]).toEqual([task, turns.length]);
  }
}

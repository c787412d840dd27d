/** A plan whose attempts say every moment that they are at work, and what to look for in that. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { eventually } from '../agents/processes.ts';
import type { Desk, Process } from '../cli/troupe.ts';

/** By process: from its first word to its last, by the machine's time. */
interface Attempt {
  readonly task: string;
  readonly pid: string;
  readonly first: bigint;
  readonly last: bigint;
}

/** Until it is told to end. */
const beating = (log: string, go: string): string =>
  `while [ ! -e ${go} ]; do echo "$TROUPE_TASK $$ $(date +%s%N)" >> ${log}; sleep 0.05; done; ` +
  `echo "$TROUPE_TASK $$ end" >> ${log}`;

export function beatingPlan(desk: Desk, count: number): string {
  const run = ['sh', '-c', beating(desk.path('log'), desk.path('go'))];
  const agents = { coder: { adapter: 'command', where: 'remote', run, retries: 0 } };
  const tasks = Array.from({ length: count }, (_, at) => ({ id: `t${at}` }));
  const path = desk.path('plan.json');
  writeFileSync(path, JSON.stringify({ name: 'beats', concurrency: count, agents, tasks }));
  return path;
}

function wordsIn(desk: Desk): readonly (readonly string[])[] {
  const path = desk.path('log');
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' '));
}

function attemptsIn(desk: Desk): readonly Attempt[] {
  const attempts = new Map<string, Attempt>();
  for (const [task = '', pid = '', said = ''] of wordsIn(desk)) {
    if (said === 'end') continue;
    const at = BigInt(said);
    const known = attempts.get(pid) ?? { task, pid, first: at, last: at };
    attempts.set(pid, { ...known, last: at });
  }
  return [...attempts.values()];
}

/**
 * One worker is at all of it and stands still until another one has begun everything anew; awake
 * again it has nothing to add.
 */
export async function freeze(
  desk: Desk,
  count: number,
  { run, first, second }: { run: Process; first: Process; second: () => Process },
): Promise<void> {
  await eventually('all have begun', () => attemptsIn(desk).length >= count);
  const frozen = new Set(attemptsIn(desk).map(({ pid }) => pid));
  first.child.kill('SIGSTOP');
  await second().says(/has joined/);
  await eventually('all have begun again', () => attemptsIn(desk).length >= 2 * count);
  first.child.kill('SIGCONT');
  await first.says(/Its lease is over/);
  writeFileSync(desk.path('go'), '');
  const { code, stderr } = await run.end();
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const attempts = attemptsIn(desk);
  for (const before of attempts.filter(({ pid }) => frozen.has(pid))) {
    const others = attempts.filter(({ task, pid }) => task === before.task && pid !== before.pid);
    expect(others.map(({ first }) => before.last < first)).not.toContain(false);
  }
  const ends = wordsIn(desk).filter(([, , said]) => said === 'end');
  expect(ends.map(([task]) => task).toSorted()).toEqual(
    Array.from({ length: count }, (_, at) => `t${at}`),
  );
}

/** Runs and workers in processes of their own, and the file in which their commands say a piece. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { type Desk, jsonLines, type Process } from '../cli/troupe.ts';

/**
 * Each task says when it begins and when it ends, in a file that all of them share; the last one
 * ends once the file `lastAwaits` is there.
 */
export function planOf(
  desk: Desk,
  count: number,
  { seconds = 0.1, role = {}, lastAwaits = '' } = {},
): string {
  const log = desk.path('log');
  const line = (what: string) => `echo "$TROUPE_TASK $TROUPE_ATTEMPT ${what} $$" >> ${log}`;
  const isLast = `[ "$TROUPE_TASK" = t${count - 1} ] && [ -n "${lastAwaits}" ]`;
  const wait = `${isLast} && until [ -e "${lastAwaits}" ]; do sleep 0.05; done`;
  const work = `${line('begin')}; sleep ${seconds}; ${wait}; ${line('end')}; echo made > made`;
  const run = ['sh', '-c', work];
  const agents = { coder: { adapter: 'command', where: 'remote', run, ...role } };
  const verify = [{ file: 'made' }];
  const tasks = Array.from({ length: count }, (_, at) => ({
    ...{ id: `t${at}`, workspace: 'folder', verify },
  }));
  const path = desk.path('plan.json');
  writeFileSync(path, JSON.stringify({ name: 'many', concurrency: 16, agents, tasks }));
  return path;
}

export async function tokenFor(desk: Desk, home = desk.home): Promise<string> {
  const words = ['token', 'create', '--role', 'worker', '--json', '--home', home];
  const { stdout } = await desk.type(words);
  return String(jsonLines(stdout)[0]?.token);
}

export interface Line {
  readonly task: string;
  readonly attempt: number;
  readonly what: string;
}

export function linesOf(desk: Desk): readonly Line[] {
  const path = desk.path('log');
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const [task = '', attempt = '', what = ''] = line.split(' ');
      return { task, attempt: Number(attempt), what };
    });
}

/** Every task was done, and of one an attempt begins only when the one before is over. */
export function expectAlone(lines: readonly Line[], count: number): void {
  const ends = lines.filter(({ what }) => what === 'end').map(({ task }) => task);
  expect(new Set(ends).size).toBe(count);
  for (let at = 0; at < count; at += 1) {
    const attempts = lines.filter(({ task }) => task === `t${at}`).map(({ attempt }) => attempt);
    expect(attempts).toEqual(attempts.toSorted((one, other) => one - other));
  }
}

/** Where it says that workers may join. */
export async function addressOf(
  run: Process,
): Promise<{ readonly url: string; readonly pin: string }> {
  const [, url = ''] = await run.says(/Workers join at (wss?:\S+):/);
  const [, pin = ''] = /--pin (sha256:\w+)/.exec(run.stderr) ?? [];
  return { url, pin };
}

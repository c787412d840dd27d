/** Thousands of results at once, by a thread: killed in the middle, none is missing or torn. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { eventually } from '../agents/processes.ts';
import { Desk } from '../cli/troupe.ts';

vi.setConfig({ testTimeout: 240_000 });

const tasks = 3_000;
const plan = {
  name: 'flood',
  concurrency: 200,
  agents: { worker: { adapter: 'simulated', work: '0ms', count: 200 } },
  tasks: Array.from({ length: tasks }, (_, at) => ({ id: `t${at}`, agent: 'worker' })),
};

test('a run that floods its results is killed three times, and has them all', async () => {
  const desk = new Desk();
  writeFileSync(desk.path('flood.json'), JSON.stringify(plan));
  const results = (): readonly string[] => {
    const runs = existsSync(join(desk.home, 'runs')) ? readdirSync(join(desk.home, 'runs')) : [];
    const [run] = runs.filter((name) => name.startsWith('flood-'));
    const folder = join(desk.home, 'runs', run ?? '', 'results');
    if (run === undefined || !existsSync(folder)) return [];
    return readdirSync(folder).map((name) => join(folder, name));
  };
  for (const [at, words] of [
    ['run', 'flood.json'],
    ['resume', 'latest'],
    ['resume', 'latest'],
  ].entries()) {
    const life = desk.start([...words, '--quiet']);
    const enough = (at + 1) * 400;
    const isOver = () => results().length >= enough || life.child.exitCode !== null;
    await eventually('results', isOver);
    life.child.kill('SIGKILL');
    expect(await life.end()).toMatchObject({ code: null, stderr: '' });
  }
  expect(await desk.type(['resume', 'latest', '--quiet'])).toMatchObject({ code: 0, stderr: '' });
  const all = results().filter((path) => path.endsWith('.json'));
  expect(all).toHaveLength(tasks);
  for (const path of all) {
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ status: 'completed' });
  }
});

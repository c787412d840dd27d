/** What is learned from past runs: their journals, read again, attempt by attempt. */
import { expect, test } from 'vitest';
import { readHistory } from '../../src/journal/file.ts';
import { Charts } from '../../src/kernel/charts.ts';
import { Core } from '../../src/kernel/core.ts';
import { AttemptHistory } from '../../src/runs/attempt-history.ts';
import { runMachines } from '../../src/runs/launch.ts';
import type { Run } from '../../src/runs/run.ts';
import { commands, pretends, stages } from '../app/stage.ts';

const stage = stages('history');

function take(history: AttemptHistory, { id, plan, folder }: Run): void {
  const { inputs } = readHistory(folder.path);
  history.take(id, plan.tasks, inputs, new Core(new Charts(runMachines)));
}

test('counts what went well and badly, with the time of its checks', async () => {
  const { play } = stage();
  const history = new AttemptHistory();
  const tasks = [
    { id: 'good', run: ['true'], verify: { run: ['sleep', '0.2'] } },
    { id: 'bad', run: ['false'], retries: 2, backoff: { initial: '1ms' } },
    { id: 'unchecked', run: ['true'], verify: { run: ['false'] } },
    { id: 'never', run: ['true'], needs: ['bad'] },
  ];
  for (let count = 0; count < 2; count += 1) take(history, (await play(commands(tasks))).run);
  const worker = history.of('worker');
  expect(worker).toMatchObject({ attempts: 10, runs: 2, failed: 8, crashed: 0 });
  expect(worker?.durationsMs).toHaveLength(10);
  const counts = [...(worker?.ofTasks ?? [])].map(([task, each]) => [task, each.length]);
  expect(new Map(counts as [string, number][])).toEqual(
    new Map(Object.entries({ good: 2, bad: 6, unchecked: 2 })),
  );
  expect(worker?.durationsMs.filter((ms) => ms >= 200).length).toBeGreaterThanOrEqual(2);
  expect(history.of('nobody')).toBeNull();
});

test('knows crashes from failures, and what attempts cost', async () => {
  const { play } = stage();
  const history = new AttemptHistory();
  const twice = [{ id: 'a', retries: 1, backoff: { initial: '1ms' } }] as const;
  const crashing = { crash: 1, costUsd: 0.5, backoff: { initial: '1ms' } };
  take(history, (await play(pretends([...twice], crashing))).run);
  expect(history.of('actor')).toMatchObject({
    ...{ attempts: 2, runs: 1, failed: 0, crashed: 2, costsUsd: [0.5, 0.5] },
  });
});

test('an attempt that a stop interrupted tells nothing', async () => {
  const { begin, resume, troupe } = stage();
  const plan = commands([{ id: 'slow', run: ['sleep', '0.3'] }]);
  const { run, heard } = await begin(plan);
  await heard('task.started');
  await run.stop();
  await (await resume(run.id)).played;
  const history = new AttemptHistory();
  take(history, run);
  expect((await troupe.look(run.id)).view.status).toBe('succeeded');
  expect(history.of('worker')).toMatchObject({ attempts: 1, failed: 0, crashed: 0 });
});

test('what somebody called off tells nothing', async () => {
  const { begin } = stage();
  const { run, heard, played } = await begin(commands([{ id: 'long', run: ['sleep', '60'] }]));
  await heard('task.started');
  await run.cancel('enough');
  await played;
  const history = new AttemptHistory();
  take(history, run);
  expect(history.of('worker')).toBeNull();
});

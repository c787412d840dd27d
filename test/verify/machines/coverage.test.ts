/** What past runs did is counted from their journals: what happened, how often, and what never. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { PastCoverage } from '../../../src/index.ts';
import { commands, stages } from '../../app/stage.ts';

const stage = stages('coverage');

const plan = () =>
  commands(
    [
      { id: 'good', agent: 'worker', run: ['echo', 'fine'] },
      { id: 'bad', agent: 'worker', needs: ['good'], run: ['false'] },
      { id: 'after', agent: 'worker', needs: ['bad'], run: ['echo', 'never'] },
    ],
    { onFailure: 'continue' },
  );

function machineIn({ machines }: PastCoverage, name: string) {
  const found = machines.find(({ machine }) => machine === name);
  if (!found) throw new Error(`no coverage of ${name}`);
  return found;
}

test('counts where the actors of a run were, and how they went', async () => {
  const { troupe, play } = stage();
  const { run } = await play(plan());
  const desk = await troupe.machines();
  const past = await desk.coverage([run.id]);
  expect(past).toMatchObject({ runs: [run.id], left: [] });
  const task = machineIn(past, 'task');
  const states = Object.fromEntries(task.states.map(({ state, count }) => [state, count]));
  expect(states).toMatchObject({ waiting: 3, succeeded: 1, failed: 1, skipped: 1, parked: 0 });
  // It is left at once: nobody is ever seen in it.
  expect(states.judging).toBe(2);
  const skipped = task.transitions.filter(({ to, count }) => to === 'skipped' && count > 0);
  expect(skipped).toMatchObject([{ from: 'waiting', guard: 'dependencyFailed', count: 1 }]);
  const parked = task.transitions.filter(({ to }) => to === 'parked');
  expect(parked.map(({ count }) => count)).toEqual(parked.map(() => 0));
  expect(task.mermaid).toContain('class parked never');
  expect(task.mermaid).toContain('class succeeded seen');
  expect(task.mermaid).toContain('judging --> parked : never: [limited]');
  const started = machineIn(past, 'supervisor').states.find(({ state }) => state === 'starting');
  expect(started?.count).toBe(1);
});

test('adds runs up, all of the home when none is named', async () => {
  const { troupe, play } = stage();
  await play(plan());
  await play(plan());
  const past = await (await troupe.machines()).coverage([]);
  expect(past.runs).toHaveLength(2);
  const { states } = machineIn(past, 'task');
  expect(states.find(({ state }) => state === 'succeeded')?.count).toBe(2);
});

test('leaves out a run whose journal is damaged, and says why', async () => {
  const { troupe, play, home } = stage();
  const { run } = await play(plan());
  const { run: other } = await play(plan());
  const journal = join(home, 'runs', other.id, 'journal.jsonl');
  appendFileSync(journal, '{"n":999999,"at":1,"input":{}}\n{"n":1000000}\n');
  const past = await (await troupe.machines()).coverage([]);
  expect(past.runs).toContain(run.id);
  expect([...past.runs, ...past.left.map((left) => left.run)].sort()).toEqual(
    [run.id, other.id].sort(),
  );
});

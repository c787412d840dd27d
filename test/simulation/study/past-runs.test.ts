/** What is learned from a home: of this plan's runs first, and never more than can be read. */
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Plan } from '../../../src/plan/plan.ts';
import type { RoleHistory } from '../../../src/runs/attempt-history.ts';
import { coursesOf } from '../../../src/simulation/study/course.ts';
import { learnFrom } from '../../../src/simulation/study/past-runs.ts';
import { commands, pretends, type Stage, stages } from '../../app/stage.ts';

const stage = stages('past-runs');

const plan = (name: string, count: number): Plan => {
  const tasks = Array.from({ length: count }, (_, at) => ({ id: `t${at}`, run: ['true'] }));
  return commands(tasks, { name, concurrency: 8 });
};

async function learned({ home }: Stage, of: Plan): Promise<RoleHistory | null> {
  const historyOf = await learnFrom(home, of);
  const [role] = of.roles;
  return role ? historyOf(role) : null;
}

test('nothing is known in a home that is not there', async () => {
  expect(await learned(stage(), plan('new', 1))).toBeNull();
});

test('runs of the plan tell, and those of others where they are too few', async () => {
  const here = stage();
  await here.play(plan('other', 4));
  expect(await learned(here, plan('mine', 2))).toMatchObject({ attempts: 4, runs: 1 });
  await here.play(plan('mine', 2));
  expect(await learned(here, plan('mine', 2))).toMatchObject({ attempts: 6, runs: 2 });
  await here.play(plan('mine', 2));
  expect(await learned(here, plan('mine', 2))).toMatchObject({ attempts: 4, runs: 2 });
});

test('an adapter learns from its own kind only', async () => {
  const here = stage();
  await here.play(pretends([{ id: 'a' }, { id: 'b' }, { id: 'c' }], {}, { name: 'acted' }));
  const real = commands([{ id: 'a', run: ['true'] }], {
    agents: { actor: { adapter: 'command' } },
  });
  expect(await learned(here, real)).toBeNull();
});

test('what can not be read is passed over', async () => {
  const here = stage();
  const { run } = await here.play(plan('mine', 3));
  const { run: torn } = await here.play(plan('mine', 3));
  const { run: broken } = await here.play(plan('mine', 3));
  const { run: empty } = await here.play(plan('mine', 3));
  const { run: lost } = await here.play(plan('mine', 3));
  truncateSync(torn.folder.journal, readFileSync(torn.folder.journal).length - 5);
  const bytes = readFileSync(broken.folder.journal);
  bytes.fill(0x20, 400, 420);
  writeFileSync(broken.folder.journal, bytes);
  truncateSync(empty.folder.journal, 0);
  rmSync(lost.folder.order);
  const journal = readFileSync(run.folder.journal);
  const known = await learned(here, plan('mine', 3));
  // The torn one has lost the end of its last attempt.
  expect(known).toMatchObject({ attempts: 5, runs: 2 });
  expect(readFileSync(run.folder.journal)).toEqual(journal);
});

test('tasks that are like past ones go as those went, not as their role did', async () => {
  const here = stage();
  const fix = (id: string) => ({ id, prompt: `Fix the login form of ${id}.`, run: ['true'] });
  const write = (id: string) => ({ id, prompt: `Write tests for parser ${id}.`, run: ['false'] });
  const old = commands([fix('f1'), fix('f2'), fix('f3'), write('w1'), write('w2'), write('w3')], {
    ...{ name: 'old', concurrency: 8, onFailure: 'continue' },
  });
  await here.play(old);
  const next = commands([fix('g1'), write('v1'), { id: 'other', prompt: 'Bake.', run: ['true'] }], {
    name: 'next',
  });
  const history = await learned(here, next);
  expect(history).toMatchObject({ attempts: 6, failed: 3 });
  expect(history?.kinds).toMatchObject([
    { kind: 'fix login form', tasks: ['g1'], attempts: 3, runs: 1, failed: 0 },
    { kind: 'write tests parser', tasks: ['v1'], attempts: 3, runs: 1, failed: 3 },
  ]);
  const courses = coursesOf(next, () => history);
  expect(courses[0]?.fail.value).toBe(0.5);
  expect(courses[0]?.kinds).toMatchObject([
    { kind: 'fix login form', fail: 0 },
    { kind: 'write tests parser', fail: 1 },
  ]);
  const { failures, seeds } = await here.troupe.simulate(next, { seeds: 20 });
  expect([seeds, failures.length]).toEqual([20, 20]);
  expect(new Set(failures.map(({ task }) => task)).has('g1')).toBe(false);
  // What a plan says of a role is meant for all of its tasks.
  const [said] = next.roles.map((role) => ({ ...role, simulate: { fail: 0 } }));
  const [course] = coursesOf({ ...next, roles: said ? [said] : [] }, () => history);
  expect(course?.kinds?.map(({ fail }) => fail)).toEqual([null, null]);
});

/** What a run's time went to beside work: told apart by who or what was waited for. */
import { expect, test } from 'vitest';
import { compilePlan } from '../../../src/plan/compile.ts';
import { definePlan, type PlanDocument } from '../../../src/plan/define.ts';
import type { RunFact } from '../../../src/runs/run.ts';
import { WaitMeter, type Waits } from '../../../src/simulation/study/waits.ts';
import { at } from './facts.ts';

const nothing: Waits = {
  ...{ runMs: 0, placeMs: {}, agentMs: {}, retryMs: 0, parkMs: 0, approvalMs: 0 },
};

function waitsOf(facts: readonly RunFact[], more: Partial<PlanDocument> = {}, fromAt = 0): Waits {
  const plan = definePlan({
    concurrency: 2,
    agents: { few: { adapter: 'simulated', count: 1 }, many: { adapter: 'simulated', count: 2 } },
    tasks: [
      { id: 'f1', agent: 'few' },
      { id: 'f2', agent: 'few' },
      { id: 'm1', agent: 'many' },
      { id: 'm2', agent: 'many' },
      { id: 'm3', agent: 'many' },
    ],
    ...more,
  });
  const meter = new WaitMeter(compilePlan(plan), fromAt);
  for (const fact of facts) meter.take(fact);
  return meter.waits;
}

test('a task that is taken at once waits for nothing', () => {
  const facts = [at(0, 'task.ready', 'm1'), at(0, 'task.assigned', 'm1')];
  expect(waitsOf([...facts, at(90, 'task.succeeded', 'm1')])).toEqual(nothing);
});

test('with all places taken, the run is what is waited for', () => {
  const facts = [
    ...['m1', 'm2', 'm3'].map((task) => at(0, 'task.ready', task)),
    ...['m1', 'm2'].map((task) => at(0, 'task.assigned', task)),
    at(50, 'task.succeeded', 'm1'),
    at(50, 'task.assigned', 'm3'),
    at(90, 'task.succeeded', 'm2'),
    at(99, 'task.succeeded', 'm3'),
  ];
  expect(waitsOf(facts)).toEqual({ ...nothing, runMs: 50 });
});

test('with all agents of a role at work, the role is', () => {
  const facts = [
    ...['f1', 'f2'].map((task) => at(10, 'task.ready', task)),
    at(10, 'task.assigned', 'f1'),
    at(40, 'task.failed', 'f1'),
    at(40, 'task.assigned', 'f2'),
    at(60, 'task.succeeded', 'f2'),
  ];
  expect(waitsOf(facts)).toEqual({ ...nothing, placeMs: { few: 30 } });
});

test('with a place and no agent to take it, the start of one is', () => {
  const facts = [at(0, 'task.ready', 'm1'), at(7, 'task.assigned', 'm1')];
  expect(waitsOf([...facts, at(20, 'task.succeeded', 'm1')])).toEqual({
    ...nothing,
    agentMs: { many: 7 },
  });
});

test('pauses, limits and people are waited for without a place', () => {
  const facts = [
    at(0, 'task.asked', 'm1'),
    at(100, 'task.ready', 'm1'),
    at(100, 'task.assigned', 'm1'),
    at(150, 'task.retrying', 'm1'),
    at(160, 'task.ready', 'm1'),
    at(160, 'task.assigned', 'm1'),
    at(170, 'task.parked', 'm1'),
    at(470, 'task.ready', 'm1'),
    at(470, 'task.assigned', 'm1'),
    at(500, 'task.succeeded', 'm1'),
  ];
  const pauses = { approvalMs: 100, retryMs: 10, parkMs: 300 };
  expect(waitsOf(facts)).toEqual({ ...nothing, ...pauses });
});

test('what was before the beginning does not count, but what it led to does', () => {
  const facts = [
    ...['f1', 'f2'].map((task) => at(10, 'task.ready', task)),
    at(10, 'task.assigned', 'f1'),
    at(40, 'task.succeeded', 'f1'),
    at(40, 'task.assigned', 'f2'),
  ];
  expect(waitsOf(facts, {}, 25)).toEqual({ ...nothing, placeMs: { few: 15 } });
});

test('a task that has ended stays ended', () => {
  const facts = [at(0, 'task.cancelled', 'm1'), at(5, 'task.ready', 'm1'), at(9, 'run.failed')];
  expect(waitsOf(facts)).toEqual(nothing);
});

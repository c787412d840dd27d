/** The memory worker of a home: one at a time, at work by itself, and gone when asked. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { MemoryFact } from '../../machines/events.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { command, definePlan } from '../../src/plan/define.ts';
import {
  type MemoryWorker,
  type MemoryWorkerOptions,
  openMemoryWorker,
} from '../../src/remembering/memory-worker.ts';
import { eventually } from '../agents/processes.ts';
import { type Stage, stages } from '../app/stage.ts';

const newStage = stages('worker');
const workers: MemoryWorker[] = [];
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.close();
});

interface Watched {
  readonly worker: MemoryWorker;
  readonly facts: readonly MemoryFact[];
}

async function open(stage: Stage, more: Partial<MemoryWorkerOptions> = {}): Promise<Watched> {
  const facts: MemoryFact[] = [];
  const { config } = stage.troupe;
  const worker = await openMemoryWorker({
    ...{ config, clock: systemClock, onFact: (fact) => facts.push(fact), ...more },
  });
  workers.push(worker);
  return { worker, facts };
}

const reports = (facts: readonly MemoryFact[]) =>
  facts.flatMap((fact) => (fact.type === 'memory.maintained' ? [fact.report] : []));

const plan = (prompt: string) =>
  definePlan({
    name: 'past',
    agents: { coder: command({ run: ['true'] }) },
    tasks: [{ id: 'one', prompt }],
  });

describe('a memory worker', () => {
  test('remembers what ended, and puts away what is over its budget', async () => {
    const stage = newStage();
    await stage.play(plan('The session of a user expires too soon'));
    await stage.play(plan('Bake a chocolate cake'));
    const { worker, facts } = await open(stage, { budget: { tasksMax: 1 } });
    await eventually('it is idle', () => worker.state() === 'idle');
    await worker.maintain();
    await eventually('it has reported', () => reports(facts).length === 1);
    expect(reports(facts)[0]).toMatchObject({ remembered: 2, outdated: 0, archived: 1 });
    const { tasks, archived } = await (await stage.troupe.memory()).stats();
    expect({ tasks, archived }).toEqual({ tasks: 1, archived: 1 });
  });

  test('works by itself, again and again', async () => {
    const { facts } = await open(newStage(), { intervalMs: 20 });
    await eventually('it has worked three times', () => reports(facts).length >= 3);
    expect(facts.map(({ type }) => type).slice(0, 3)).toEqual([
      ...['memory.rested', 'memory.maintained', 'memory.rested'],
    ]);
  });

  test('has one place a home: the next one takes it when it is free', async () => {
    const stage = newStage();
    const both = [(await open(stage)).worker, (await open(stage)).worker];
    const states = (): string =>
      both
        .map((each) => each.state())
        .toSorted()
        .join();
    await eventually('one has the place, the other waits', () => states() === 'idle,standby');
    await both.find((each) => each.state() === 'idle')?.close();
    const third = await open(stage);
    await eventually('the place is free', () => third.worker.state() === 'idle');
  });

  test('ends when memory is switched off, or can not be opened', async () => {
    const stage = newStage();
    const { config } = stage.troupe;
    const off = { ...config, environment: { ...config.environment, TROUPE_MEMORY: 'off' } };
    const { worker } = await open(stage, { config: off });
    await eventually('it has ended', () => worker.state() === 'crashed');
    await stage.play(plan('Anything'));
    writeFileSync(join(stage.home, 'memory'), 'a file where a folder should be');
    const broken = await open(stage);
    await eventually('it has ended, too', () => broken.worker.state() === 'crashed');
  });

  test('can be closed in the middle of its work, and leaves nothing behind', async () => {
    const stage = newStage();
    const { worker } = await open(stage);
    await eventually('it is idle', () => worker.state() === 'idle');
    await worker.maintain();
    await worker.close();
    workers.length = 0;
    const next = await open(stage);
    await eventually('the place is free', () => next.worker.state() === 'idle');
  });
});

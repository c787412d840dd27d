/** What every adapter promises in `src/agents/agent.ts`, as one suite that each of them runs. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Outcome } from '../../machines/outcome.ts';
import type { Adapter, Assignment } from '../../src/agents/agent.ts';
import {
  makeAssignment,
  makeRunFolder,
  makeWorld,
  removeFolder,
  type WatchedWorld,
} from '../agents/attempt.ts';
import { eventually, runningWith } from '../agents/processes.ts';

/** An adapter, and what an assignment needs to make it behave so. */
export interface AgentCase {
  readonly adapter: Adapter;
  readonly assignment?: Partial<Assignment>;
}

export interface AgentSubject {
  /** Succeeds by itself, soon. */
  readonly quick: AgentCase;
  /** Does not end while a test runs, unless it is made to. */
  readonly endless: AgentCase;
  readonly close?: () => Promise<void>;
}

type MakeSubject = (runFolder: string) => AgentSubject | Promise<AgentSubject>;

const kinds = ['succeeded', 'failed', 'limited', 'interrupted'];

export function agentContract(name: string, makeSubject: MakeSubject): void {
  describe(`${name} keeps the promises of an adapter`, () => {
    vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
    const runFolder = makeRunFolder();
    const markValue = `${name}-${process.pid}-${Date.now()}`;
    const mark = `TROUPE_CONTRACT=${markValue}`;
    let subject: AgentSubject;
    beforeAll(async () => {
      subject = await makeSubject(runFolder);
    });
    afterAll(async () => {
      await subject.close?.();
      removeFolder(runFolder);
    });

    /** The assignment is frozen: an adapter only reads it. */
    const work = (of: AgentCase, world: WatchedWorld, given: Partial<Assignment> = {}) =>
      of.adapter.work(
        Object.freeze(
          makeAssignment(runFolder, {
            env: { TROUPE_CONTRACT: markValue },
            ...of.assignment,
            ...given,
          }),
        ),
        world,
      );
    const begun = (world: WatchedWorld) =>
      eventually('the agent has started', () =>
        world.told.some((event) => event.type === 'agent.started'),
      );

    test('opening answers with a value', async () => {
      for (const { adapter } of [subject.quick, subject.endless]) {
        expect(await adapter.open()).toBeNull();
        expect(adapter.name).toMatch(/^[a-z][a-z-]*$/);
      }
    });

    test('an attempt ends with one outcome, which is plain data', async () => {
      const outcome = await work(subject.quick, makeWorld());
      expect(outcome.kind).toBe('succeeded');
      expectSound(outcome);
    });

    test('an attempt given up before it starts does not start', async () => {
      const world = makeWorld();
      world.abort();
      expectFault(await work(subject.endless, world), 'agent.cancelled');
      expect(world.told).toEqual([]);
      expect(runningWith(mark)).toEqual([]);
    });

    test('an attempt given up in the middle ends, with all that it started', async () => {
      const world = makeWorld();
      const working = work(subject.endless, world);
      await begun(world);
      world.abort();
      expectFault(await working, 'agent.cancelled');
      expect(runningWith(mark)).toEqual([]);
    });

    test('giving up what has ended changes nothing', async () => {
      const world = makeWorld();
      const outcome = await work(subject.quick, world);
      const copy = structuredClone(outcome);
      world.abort();
      expect(outcome).toEqual(copy);
    });

    test('an attempt ends when its time is up', async () => {
      const outcome = await work(subject.endless, makeWorld(), { timeoutMs: 50 });
      expectFault(outcome, 'agent.timed-out');
      expect(runningWith(mark)).toEqual([]);
    });

    test('attempts that overlap share nothing', async () => {
      const [givenUp, kept] = [makeWorld(), makeWorld()];
      const first = work(subject.endless, givenUp);
      const second = work(subject.endless, kept);
      await Promise.all([begun(givenUp), begun(kept)]);
      givenUp.abort();
      expectFault(await first, 'agent.cancelled');
      const quick = await Promise.all([1, 2, 3, 4].map(() => work(subject.quick, makeWorld())));
      expect(quick.map((outcome) => outcome.kind)).toEqual(Array(4).fill('succeeded'));
      expect(await Promise.race([second, 'still working'])).toBe('still working');
      kept.abort();
      expectFault(await second, 'agent.cancelled');
    });

    test('nothing is told once the attempt has ended', async () => {
      const world = makeWorld();
      await work(subject.quick, world);
      const told = world.told.length;
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(world.told.length).toBe(told);
    });

    test.each<[string, Partial<Assignment>]>([
      ['a folder that is not there', { cwd: '/troupe/no/such/folder' }],
      ['a prompt that is no text', { prompt: '\0\u{d800}\x1b[31m' }],
      ['arguments that no system takes', { argv: ['a\0b'] }],
      ['a variable that no system takes', { env: { BAD: 'a\0b' } }],
      ['no time at all', { timeoutMs: 0 }],
      ['a name that leads elsewhere', { task: '../../../etc' as Assignment['task'] }],
    ])('%s is an outcome and no rejection', async (_, given) => {
      expectSound(await work(subject.quick, makeWorld(), given));
    });

    test('nothing is left running', () => {
      expect(runningWith(mark)).toEqual([]);
    });
  });
}

function expectFault(outcome: Outcome, code: string): void {
  expectSound(outcome);
  expect(outcome).toMatchObject({ kind: 'failed', fault: { code } });
}

/** A journal keeps it, and a replay must read back the same. */
function expectSound(outcome: Outcome): void {
  expect(JSON.parse(JSON.stringify(outcome))).toEqual(outcome);
  expect(kinds).toContain(outcome.kind);
  expect(outcome.durationMs).toBeGreaterThanOrEqual(0);
  expect(outcome.output.bytes).toBeGreaterThanOrEqual(0);
  expect(outcome.output.path).not.toMatch(/^\/|\\|(^|\/)\.\.(\/|$)/);
  if (outcome.kind === 'succeeded') return;
  expect(outcome.fault.code).toMatch(/^[a-z]+\.[a-z-]+$/);
  expect(outcome.fault.message).not.toBe('');
}

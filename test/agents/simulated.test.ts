/** The simulated agent keeps the contract, repeats itself by its seed, and hits its shares. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { taskId } from '../../machines/ids.ts';
import type { Outcome } from '../../machines/outcome.ts';
import type { Assignment } from '../../src/agents/agent.ts';
import { type SimulatedOptions, simulatedAdapter } from '../../src/agents/simulated.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import { agentContract } from '../contracts/agent.contract.ts';
import { makeAssignment, makeRunFolder, makeWorld, removeFolder } from './attempt.ts';

const day = { minMs: 86_400_000, maxMs: 86_400_000 };
const still: SimulatedOptions = {
  work: { minMs: 0, maxMs: 0 },
  fail: 0,
  crash: 0,
  costUsd: 0.02,
};

agentContract('simulated', () => ({
  quick: { adapter: simulatedAdapter({ ...still, work: { minMs: 1, maxMs: 3 } }) },
  endless: { adapter: simulatedAdapter({ ...still, work: day }) },
}));

agentContract('simulated-still', () => ({
  quick: { adapter: simulatedAdapter(still) },
  endless: { adapter: simulatedAdapter({ ...still, work: day }) },
}));

const runFolder = makeRunFolder();
const assignment = makeAssignment(runFolder);
removeFolder(runFolder);

/** Goes to the next timer whenever one is set, and notes each wait. */
function leapingClock(): Clock & { readonly waits: number[] } {
  let nowMs = 0;
  const waits: number[] = [];
  return {
    waits,
    now: () => nowMs,
    elapsed: () => nowMs,
    at: (dueMs, call) => {
      waits.push(dueMs - nowMs);
      queueMicrotask(() => {
        nowMs = dueMs;
        call();
      });
      return () => {};
    },
    breathe: async () => {},
  };
}

async function draw(
  options: Partial<SimulatedOptions>,
  given: Partial<Assignment> = {},
): Promise<{ outcome: Outcome; waits: readonly number[] }> {
  const clock = leapingClock();
  const adapter = simulatedAdapter({ ...still, ...options });
  const outcome = await adapter.work({ ...assignment, ...given }, { ...makeWorld(), clock });
  return { outcome, waits: clock.waits };
}

const many = (options: Partial<SimulatedOptions>) =>
  Promise.all(
    Array.from({ length: 4_000 }, (_, at) => draw(options, { task: taskId(`task-${at}`) })),
  );

describe('a simulated agent', () => {
  test('answers with the task and the role, and what it cost', async () => {
    const { outcome } = await draw({});
    const text = 'simulated coder did build';
    const sha256 = createHash('sha256').update(text).digest('hex');
    expect(outcome).toEqual({
      kind: 'succeeded',
      durationMs: 0,
      output: { path: '', bytes: text.length, sha256, text },
      usage: { inputTokens: 0, outputTokens: 0, costUsd: 0.02 },
      evidence: [
        {
          kind: 'exit',
          passed: true,
          summary: 'a simulated agent ended well',
          facts: { simulated: true },
        },
      ],
    });
  });

  test('that takes no time sets no timer', async () => {
    expect((await draw({})).waits).toEqual([]);
  });

  test('draws its time from the task, the attempt and the seed alone', async () => {
    const work = { minMs: 100, maxMs: 200 };
    const { waits, outcome } = await draw({ work });
    expect(waits[0]).toBeGreaterThanOrEqual(100);
    expect(waits[0]).toBeLessThan(200);
    expect(outcome.durationMs).toBe(Math.round(waits[0] ?? 0));
    expect((await draw({ work })).waits).toEqual(waits);
    expect((await draw({ work }, { prompt: 'else' })).waits).toEqual(waits);
    expect((await draw({ work }, { attempt: 2 })).waits).not.toEqual(waits);
    expect((await draw({ work }, { seed: 2 })).waits).not.toEqual(waits);
  });

  test('waits the less the faster it is', async () => {
    const { waits } = await draw({ work: { minMs: 100, maxMs: 100 }, speed: 10 });
    expect(waits).toEqual([10]);
  });

  test('is cut at its time, and that cost', async () => {
    const { waits, outcome } = await draw({ work: day }, { timeoutMs: 500 });
    expect(waits).toEqual([500]);
    expect(outcome).toMatchObject({
      fault: { code: 'agent.timed-out', retryable: true },
      usage: { costUsd: 0.02 },
    });
  });

  test('fails and crashes as often as it is told to', async () => {
    const outcomes = (await many({ fail: 0.2, crash: 0.1 })).map(({ outcome }) => outcome);
    const codes = outcomes.map((each) => (each.kind === 'succeeded' ? '' : each.fault.code));
    const share = (code: string) => codes.filter((each) => each === code).length / codes.length;
    expect(share('agent.simulated-failure')).toBeCloseTo(0.2, 1);
    expect(share('agent.crashed')).toBeCloseTo(0.1, 1);
    expect(share('')).toBeCloseTo(0.7, 1);
  });

  test('fails whether it was slow or quick', async () => {
    const work = { minMs: 0, maxMs: 1_000 };
    const drawn = await many({ work, fail: 0.5 });
    const failed = drawn.filter(({ outcome }) => outcome.kind === 'failed');
    const slow = failed.filter(({ waits }) => (waits[0] ?? 0) > 500);
    expect(slow.length / failed.length).toBeCloseTo(0.5, 1);
  });

  test.each([
    [1, 0, 'agent.simulated-failure'],
    [0, 1, 'agent.crashed'],
  ])('that must fail (%d) or crash (%d) does', async (fail, crash, code) => {
    const { outcome } = await draw({ fail, crash });
    expect(outcome).toMatchObject({ kind: 'failed', fault: { code, retryable: true } });
    expect(outcome.evidence).toMatchObject([{ kind: 'exit', passed: false }]);
  });
});

/** The agent that only pretends: it waits, succeeds, fails or crashes as its seed decides. */
import { hash } from 'node:crypto';
import type { Evidence, Fault, Outcome, OutputRef, Usage } from '../../machines/outcome.ts';
import { noOutput, noUsage } from '../../machines/outcome.ts';
import { unitHash } from '../../machines/rules/backoff.ts';
import { sleep } from '../kernel/clock.ts';
import type { Adapter, AgentEvent, AgentWorld, Assignment } from './agent.ts';
import { cancelled, timedOut } from './faults.ts';

export interface SimulatedOptions {
  readonly work: { readonly minMs: number; readonly maxMs: number };
  /** The share of attempts that fail, 0 to 1. */
  readonly fail: number;
  /** The share of attempts that crash, 0 to 1. */
  readonly crash: number;
  /** What each attempt costs that did its work, well or badly. */
  readonly costUsd: number;
  /** Work that takes 100 ms is waited for 10 ms at a speed of 10. */
  readonly speed?: number;
}

const started: AgentEvent = { type: 'agent.started', pid: null };

const failure: Fault = {
  code: 'agent.simulated-failure',
  message: 'failed, as its seed decided',
  retryable: true,
};
const crash: Fault = {
  code: 'agent.crashed',
  message: 'crashed, as its seed decided',
  retryable: true,
};

/** The same for all: an attempt that takes no time allocates as little as it can. */
const passed = [evidenceOf(true, 'a simulated agent ended well')];
const notPassed = [evidenceOf(false, 'a simulated agent did not end well')];

function evidenceOf(passed: boolean, summary: string): Evidence {
  return { kind: 'exit', passed, summary, facts: { simulated: true } };
}

export function simulatedAdapter(options: SimulatedOptions): Adapter {
  const usage: Usage = { ...noUsage, costUsd: options.costUsd };
  return {
    name: 'simulated',
    open: async () => null,
    work: (assignment, world) => work(assignment, world, options, usage),
  };
}

async function work(
  assignment: Assignment,
  world: AgentWorld,
  options: SimulatedOptions,
  usage: Usage,
): Promise<Outcome> {
  if (world.cancellation.isRequested) return failed(cancelled(), 0, noUsage);
  world.tell(started);
  const key = `${assignment.task}#${assignment.attempt}`;
  const workMs = workOf(options, key, assignment.seed);
  const waitMs = Math.min(workMs, assignment.timeoutMs);
  // Benchmarks run millions of attempts that take no time: no timer for those.
  const durationMs = waitMs > 0 ? await wait(waitMs, world) : 0;
  if (world.cancellation.isRequested) return failed(cancelled(), durationMs, noUsage);
  if (workMs > assignment.timeoutMs) return failed(timedOut(waitMs), durationMs, usage);
  const fault = luckOf(options, key, assignment.seed);
  return fault === null
    ? succeeded(assignment, durationMs, usage)
    : failed(fault, durationMs, usage);
}

function workOf(options: SimulatedOptions, key: string, seed: number): number {
  const { minMs, maxMs } = options.work;
  const { speed = 1 } = options;
  if (maxMs === 0) return 0;
  return (minMs + unitHash(key, seed) * (maxMs - minMs)) / speed;
}

async function wait(delayMs: number, { clock, cancellation }: AgentWorld): Promise<number> {
  const startedMs = clock.elapsed();
  await sleep(clock, delayMs, cancellation.signal);
  return Math.round(clock.elapsed() - startedMs);
}

/** Drawn apart from the duration, or all slow attempts would be the ones that fail. */
function luckOf(options: SimulatedOptions, key: string, seed: number): Fault | null {
  if (options.fail === 0 && options.crash === 0) return null;
  const luck = unitHash(`${key}/luck`, seed);
  if (luck < options.fail) return failure;
  return luck < options.fail + options.crash ? crash : null;
}

function succeeded(assignment: Assignment, durationMs: number, usage: Usage): Outcome {
  const output = outputOf(assignment);
  return { kind: 'succeeded', durationMs, output, usage, evidence: passed };
}

function failed(fault: Fault, durationMs: number, usage: Usage): Outcome {
  return { kind: 'failed', fault, durationMs, output: noOutput, usage, evidence: notPassed };
}

function outputOf({ role, task }: Assignment): OutputRef {
  const text = `simulated ${role} did ${task}`;
  return { path: '', bytes: Buffer.byteLength(text), sha256: hash('sha256', text), text };
}

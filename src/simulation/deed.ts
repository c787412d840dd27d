/** What comes of one attempt in a simulated world, by its role's rates, its faults and luck. */
import { hash } from 'node:crypto';
import type { Evidence, Fault, Outcome, OutputRef, Usage } from '../../machines/outcome.ts';
import { noOutput, noUsage } from '../../machines/outcome.ts';
import type { WorkInput } from '../../machines/rules/duty.ts';
import { outputTooLarge, timedOut } from '../agents/faults.ts';
import { defaultOutputMaxBytes } from '../agents/processes/process.ts';
import type { FaultKind } from './fault-kinds.ts';
import type { Luck } from './luck.ts';
import type { RoleRates } from './rates.ts';

export interface Deed {
  /** Infinity: it never ends by itself. */
  readonly durationMs: number;
  readonly outcome: Outcome;
  /** Whether its work is really done, whatever it says. */
  readonly isDone: boolean;
  /** What it costs when it comes to its own end. */
  readonly costUsd: number;
}

const floodBytes = 100 * 1024 * 1024;
const slownessMax = 20;
const limitMaxMs = 600_000;
/** What an agent waits that was not told for how long. */
const blindLimitMs = 60_000;

/** The first of these that strikes. */
const attemptFaults = [
  ...(['crash', 'hang', 'silence', 'garbage', 'flood', 'lie', 'schema'] as const),
  ...(['slow', 'limit', 'limit-blind'] as const),
] as const satisfies readonly FaultKind[];

/** Names an attempt, to draw its luck by. */
export function attemptKey(input: Pick<WorkInput, 'task' | 'attempt' | 'review'>): string {
  const { task, attempt, review } = input;
  return review ? `${task}#${attempt}/review-${review.count}` : `${task}#${attempt}`;
}

export function deedOf(input: WorkInput, ofRole: RoleRates, luck: Luck): Deed {
  const rates = ofRole.ofTask ? { ...ofRole, ...ofRole.ofTask(input.task) } : ofRole;
  const key = attemptKey(input);
  const workMs = Math.round(rates.workMs(luck.unit(`${key}/work`), input.task));
  const kind = attemptFaults.find((each) => luck.strikes(each, key));
  const draft = { workMs, key, input, rates, luck };
  const deed = kind ? withFault(kind, draft) : inTime(draft, workMs, ownEnd(draft));
  return input.review ? { ...deed, outcome: judged(deed.outcome, kind ?? null) } : deed;
}

/** A reviewer that lies says the opposite of what it saw; one that garbles says nothing. */
function judged(outcome: Outcome, kind: FaultKind | null): Outcome {
  if (outcome.kind !== 'succeeded' || kind === 'garbage' || kind === 'schema') return outcome;
  const accepts = kind !== 'lie';
  return { ...outcome, judgement: { accepts, reasons: ['as its seed decided'] } };
}

interface Draft {
  readonly workMs: number;
  readonly key: string;
  readonly input: WorkInput;
  readonly rates: RoleRates;
  readonly luck: Luck;
}

/** Without the duration, which is known once the attempt is over. */
type End = Pick<Deed, 'isDone'> & { readonly outcome: (durationMs: number) => Outcome };

function ownEnd(draft: Draft): End {
  const { rates, luck, key } = draft;
  const unit = luck.unit(`${key}/luck`);
  if (unit < rates.fail) return failed(draft, failure);
  if (unit < rates.fail + rates.crash) return failed(draft, crash);
  return { isDone: true, outcome: (durationMs) => succeeded(draft, did(draft.input), durationMs) };
}

function withFault(kind: (typeof attemptFaults)[number], draft: Draft): Deed {
  const { workMs, key, luck } = draft;
  switch (kind) {
    case 'crash':
      return inTime(draft, luck.below(workMs + 1, `${key}/crash`), failed(draft, crash));
    case 'hang':
      return inTime(draft, Number.POSITIVE_INFINITY, ownEnd(draft));
    case 'silence':
      return { ...inTime(draft, 0, ownEnd(draft)), durationMs: Number.POSITIVE_INFINITY };
    case 'flood':
      return inTime(draft, workMs, flooded(draft));
    case 'garbage':
      return inTime(draft, workMs, pretended(draft, '\u0000\ufffd{{[%s\r\n"'));
    case 'lie':
      return inTime(draft, workMs, pretended(draft, 'done'));
    case 'schema':
      return inTime(draft, workMs, pretended(draft, '{"answer":[null,"42"]}'));
    case 'slow': {
      const factor = 2 + luck.unit(`${key}/slow`) * (slownessMax - 2);
      return inTime(draft, Math.round(workMs * factor), ownEnd(draft));
    }
    case 'limit':
      return inTime(draft, workMs, limited(luck.below(limitMaxMs, `${key}/limit`)));
    case 'limit-blind':
      return inTime(draft, workMs, limited(blindLimitMs));
  }
}

/** Every agent ends an attempt at its timeout. */
function inTime(draft: Draft, workMs: number, end: End): Deed {
  const { timeoutMs } = draft.input;
  const durationMs = Math.min(workMs, timeoutMs);
  const { isDone, outcome } = workMs > timeoutMs ? failed(draft, timedOut(timeoutMs)) : end;
  const ended = outcome(durationMs);
  return { durationMs, isDone, outcome: ended, costUsd: ended.usage.costUsd ?? 0 };
}

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
const limit: Fault = {
  code: 'agent.limited',
  message: 'met a rate limit, as its seed decided',
  retryable: true,
};

const passed = [evidence(true)];
const notPassed = [evidence(false)];

function evidence(passed: boolean): Evidence {
  const summary = `a simulated agent ${passed ? 'ended well' : 'did not end well'}`;
  return { kind: 'exit', passed, summary, facts: { simulated: true } };
}

function usageOf({ rates }: Draft): Usage {
  return { ...noUsage, costUsd: rates.costUsd };
}

function did({ role, task }: WorkInput): string {
  return `simulated ${role} did ${task}`;
}

function succeeded(draft: Draft, text: string, durationMs: number): Outcome {
  const usage = usageOf(draft);
  return { kind: 'succeeded', durationMs, output: outputOf(text), usage, evidence: passed };
}

function pretended(draft: Draft, text: string): End {
  return { isDone: false, outcome: (durationMs) => succeeded(draft, text, durationMs) };
}

function failed(draft: Draft, fault: Fault, output: OutputRef = noOutput): End {
  const usage = usageOf(draft);
  const outcome = (durationMs: number): Outcome => {
    return { kind: 'failed', fault, durationMs, output, usage, evidence: notPassed };
  };
  return { isDone: false, outcome };
}

/** Only its size is there: nobody makes 100 MB to throw them away. */
function flooded(draft: Draft): End {
  const output = { ...outputOf('simulated flood'), bytes: floodBytes };
  return failed(draft, outputTooLarge('stdout', defaultOutputMaxBytes), output);
}

/** It was turned away, so nothing is paid. */
function limited(waitMs: number): End {
  const outcome = (durationMs: number): Outcome => {
    const measured = { durationMs, output: noOutput, usage: noUsage, evidence: notPassed };
    return { kind: 'limited', fault: limit, waitMs, ...measured };
  };
  return { isDone: false, outcome };
}

function outputOf(text: string): OutputRef {
  return { path: '', bytes: Buffer.byteLength(text), sha256: hash('sha256', text), text };
}

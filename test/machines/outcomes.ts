/** One of each: what an attempt can end with, and what can go wrong. */
import { taskId } from '../../machines/ids.ts';
import {
  type Evidence,
  type Fault,
  noOutput,
  noUsage,
  type Outcome,
} from '../../machines/outcome.ts';

import type { TaskSpec } from '../../machines/plan.ts';
import { taskSpec } from './plans.ts';

export const passingFault: Fault = { code: 'agent.failed', message: 'it failed', retryable: true };
export const lastingFault: Fault = { code: 'agent.failed', message: 'no use', retryable: false };
export const crashFault: Fault = { code: 'agent.crashed', message: 'it died', retryable: true };
export const conflictFault: Fault = { code: 'merge.conflict', message: 'x', retryable: true };
export const missingFault: Fault = { code: 'agent.missing', message: 'no file', retryable: false };
export const limitFault: Fault = { code: 'agent.limited', message: 'too much', retryable: true };
export const stopFault: Fault = { code: 'runtime.stopped', message: 'gone', retryable: true };

export const exitEvidence: Evidence = {
  kind: 'exit',
  passed: true,
  summary: 'it exited 0',
  facts: { code: 0 },
};
export const fileEvidence: Evidence = {
  kind: 'file',
  passed: true,
  summary: 'design.md has 500 bytes',
  facts: { bytes: 500 },
};

const parent = taskId('build');

function part(id: string, needs: readonly string[] = []): TaskSpec {
  const full = (name: string) => taskId(`${parent}.${name}`);
  const origin = { parent, prompt: `${id} it` };
  const dependants = needs.length > 0 ? [parent] : [full('write'), parent];
  return taskSpec({ id: full(id), needs: needs.map(full), dependants, origin });
}

const measured = { durationMs: 7, output: noOutput, usage: noUsage, evidence: [exitEvidence] };

export const succeeded: Outcome = { kind: 'succeeded', ...measured };
/** Of a review. */
export const accepted: Outcome = { ...succeeded, judgement: { accepts: true, reasons: [] } };
export const rejected: Outcome = {
  ...succeeded,
  judgement: { accepts: false, reasons: ['no tests', 'too long'] },
};
/** It wants two others to do something first, one after the other. */
export const asking: Outcome = { ...succeeded, subtasks: [part('read'), part('write', ['read'])] };
export const failed = (fault: Fault): Outcome => ({ kind: 'failed', fault, ...measured });
export const limited = (waitMs: number): Outcome => ({
  kind: 'limited',
  fault: limitFault,
  waitMs,
  ...measured,
});
export const interrupted: Outcome = { kind: 'interrupted', fault: stopFault, ...measured };

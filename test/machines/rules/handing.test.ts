/** Work goes on with whoever it was meant for, as often as its plan allows, within one time. */
import { expect, test } from 'vitest';
import { roleName } from '../../../machines/ids.ts';
import { noOutput, noUsage, type Outcome } from '../../../machines/outcome.ts';
import type { TaskSpec } from '../../../machines/plan.ts';
import { handOver, mayHandOver } from '../../../machines/rules/handing.ts';

const medic = roleName('medic');
const note = { done: [], open: [], decisions: [], files: [], next: 'go on' };
const fault = { code: 'agent.handed-over', message: 'full', retryable: true };
const measured = { durationMs: 5, output: noOutput, usage: noUsage, evidence: [] };
const left = (to?: typeof medic): Outcome => {
  return { kind: 'interrupted', fault, ...measured, handoff: { ...note, ...(to && { to }) } };
};
const taskOf = (handoffs?: TaskSpec['handoffs']) => {
  return { spec: { ...(handoffs && { handoffs }) } as TaskSpec, attempt: 1 };
};
const once = { max: 1, to: [medic] };

test('a task whose plan lets nobody hand it over is never handed over', () => {
  expect(mayHandOver({ ...taskOf(), outcome: left(medic) })).toBe(false);
});

test('it is handed over as often as its plan allows', () => {
  expect(mayHandOver({ ...taskOf(once), outcome: null })).toBe(false);
  expect(mayHandOver({ ...taskOf(once), outcome: left() })).toBe(true);
  const handed = { count: 1, role: null, spentMs: 5, stage: 'begun' } as const;
  expect(mayHandOver({ ...taskOf(once), outcome: left(), handed })).toBe(false);
});

test('a role that its plan does not name gets it no more than one that nobody named', () => {
  const other = { max: 1, to: [] };
  const own = { handed: { count: 1, role: null, spentMs: 5, stage: 'due' } };
  expect(handOver({ ...taskOf(other), outcome: left(medic) })).toEqual(own);
  expect(handOver({ ...taskOf(), outcome: left(medic) })).toEqual(own);
  expect(handOver({ ...taskOf(once), outcome: left() })).toEqual(own);
  expect(handOver({ ...taskOf(once), outcome: left(medic) }).handed?.role).toBe(medic);
});

test('of an attempt that left nothing, nothing was spent', () => {
  const { handed } = handOver({ ...taskOf(once), outcome: null });
  expect(handed).toEqual({ count: 1, role: null, spentMs: 0, stage: 'due' });
});

/** A success without its quorum is found, whoever let it pass. */
import { expect, test } from 'vitest';
import { roleName } from '../../../machines/ids.ts';
import {
  agentMachine,
  orchestratorMachine,
  supervisorMachine,
  taskMachine,
} from '../../../machines/index.ts';
import { checkRun } from '../../../src/journal/axioms/check-run.ts';
import { Charts } from '../../../src/kernel/charts.ts';
import type { LoggedInput } from '../../../src/kernel/log.ts';
import * as outcomes from '../../machines/outcomes.ts';
import { planSpec, roleSpec } from '../../machines/plans.ts';
import { live } from './lived.ts';

const panel = { quorum: 2, of: 2, retries: 0, timeoutMs: 60_000 };
const review = { role: roleName('judge'), ...panel };
const roles = [roleSpec(), roleSpec({ name: review.role, count: 2, concurrency: 2 })];
const plan = planSpec([{ id: 'one', checked: true, review }], { roles });
const easy = taskMachine.provide({ guards: { accepted: () => true } });
const cast = [orchestratorMachine, supervisorMachine, agentMachine, easy];

const messagesOf = (records: readonly LoggedInput[]) =>
  checkRun({ plan, records, charts: new Charts(cast) })
    .filter(({ axiom }) => axiom === 'success-is-accepted')
    .map(({ message }) => message);

test('a task takes the word of too few others', async () => {
  const records = await live(plan, { machines: cast, reviews: outcomes.accepted });
  expect(messagesOf(records)).toEqual(['one succeeded, and 1 of 2 others accepted it']);
});

test('a task takes no word for a good one', async () => {
  const records = await live(plan, { machines: cast });
  expect(messagesOf(records)).toEqual(['one succeeded, and 0 of 2 others accepted it']);
});

test('a task that has its quorum is as it should be', async () => {
  const records = await live(plan, { reviews: outcomes.accepted });
  expect(checkRun({ plan, records })).toEqual([]);
});

/** Which agents were chosen by what was learned, and the figures that say why. Pure. */
import type { AgentRecord, RoleChoice } from '../plan/roles/agent-choice.ts';
import { duration } from '../runs/report.ts';

type Reason = RoleChoice['reasons'][number];

/** `coder, fix login: codex has 2 tasks; codex 9 of 10 attempts, 2 min, $0.10; claude ...` */
export function tellChoices(choices: readonly RoleChoice[]): readonly string[] {
  return choices.flatMap(({ role, reasons }) => reasons.map((reason) => lineOf(role, reason)));
}

function lineOf(role: string, { kind, chosen, records }: Reason): string {
  const about = kind === null ? role : `${role}, ${kind}`;
  const takers = Object.entries(chosen).map(
    ([agent, tasks]) => `${agent} has ${tasks === 1 ? '1 task' : `${tasks} tasks`}`,
  );
  if (records.length === 0) return `${about}: no agent can be used here`;
  const has = takers.length === 0 ? 'for tasks to come, in this order' : takers.join(', ');
  return `${about}: ${has}; ${records.map(recordOf).join('; ')}`;
}

const where = { kind: '', role: ' of the role', any: ' of any kind' } as const;

function recordOf({ agent, of, tried, succeeded, successMs, costUsd }: AgentRecord): string {
  const tries = `${succeeded} of ${tried === 1 ? '1 attempt' : `${tried} attempts`}`;
  if (of === 'nothing') return `${agent} is hardly known (${tries})`;
  const time = successMs === null ? '' : `, ${duration(successMs)}`;
  const price = costUsd === null ? '' : `, $${costUsd.toFixed(2)}`;
  return `${agent} ${tries}${where[of]}${time}${price}`;
}

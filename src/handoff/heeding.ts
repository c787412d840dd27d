/** What agents tell that a run must know for good: it becomes an event of its machines. */
import type { TroupeEvent } from '../../machines/events.ts';
import {
  type Address,
  accountName,
  agentAddress,
  orchestratorAddress,
} from '../../machines/ids.ts';
import type { AgentEvent, Assignment } from '../agents/agent.ts';
import type { System } from '../kernel/system.ts';

type Teller = Pick<Assignment, 'agent' | 'token'>;

/** Whoever has ended needs no warning any more. */
export function heed(system: System, teller: Teller, event: AgentEvent): void {
  const [to, said] = eventFor(teller, event) ?? [];
  if (to && said) system.send(to, said).catch(() => undefined);
}

function eventFor(
  { agent, token }: Teller,
  event: AgentEvent,
): readonly [Address, TroupeEvent] | null {
  switch (event.type) {
    case 'account.warned': {
      const { account, spentUsd, limitUsd } = event;
      const warning = { role: null, account: accountName(account), spentUsd, limitUsd };
      return [orchestratorAddress, { type: 'budget.warn', ...warning }];
    }
    case 'context.warned':
      return [agentAddress(agent), { type: 'agent.fill', token, percent: event.percent }];
    default:
      return null;
  }
}

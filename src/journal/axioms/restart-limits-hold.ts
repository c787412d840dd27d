/** A role whose agents crash too often within its period is given up, and stays so. */
import { agentMachine } from '../../../machines/agent.ts';
import type { AgentContext } from '../../../machines/rules/duty.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Axiom } from './axiom.ts';

export const restartLimitsHold: Axiom = {
  name: 'restart-limits-hold',
  says: 'No agent is started again once its role has crashed too often.',
  watch: (ground, blame) => {
    /** When agents crashed, oldest first, as far back as the period goes. */
    const crashes = new Map<string, number[]>();
    /** Roles that were given up, by the input of it. */
    const lost = new Map<string, number>();
    const note = (role: string, at: number): void => {
      const { periodMs = 0, maxRestarts = 0 } = ground.role(role) ?? {};
      const times = (crashes.get(role) ?? []).filter((time) => at - time < periodMs);
      // More than this many say nothing more.
      crashes.set(role, [...times, at].slice(-(maxRestarts + 2)));
    };
    return {
      fact: ({ n, at, actor, fact }) => {
        if (fact.type === 'role.lost') lost.set(fact.role, n);
        const place = { n, at };
        if (fact.type === 'agent.crashed') note(roleOf(fact.agent), at);
        // By the input itself, whoever hands out work may hear of it last: nothing begins then.
        const isGone = (role: string): boolean => (lost.get(role) ?? n) < n;
        if (fact.type === 'task.assigned' && fact.agent && isGone(roleOf(fact.agent))) {
          blame(`${fact.task} went to ${fact.agent}, whose role was given up`, place);
        }
        if (fact.type !== 'agent.restarting') return;
        const role = actor.slice('supervisor/'.length);
        const { periodMs = 0, maxRestarts = Number.POSITIVE_INFINITY } = ground.role(role) ?? {};
        if (lost.has(role)) blame(`${role} was given up, and starts agents again`, place);
        const within = (crashes.get(role) ?? []).filter((time) => at - time < periodMs).length;
        if (within <= maxRestarts) return;
        blame(
          `${role} starts again after ${within} crashes in ${periodMs} ms; it may ${maxRestarts}`,
          place,
        );
      },
      step: ({ at, wishes }) => {
        for (const wish of wishes) {
          if (wish.kind === 'ended' && isBroken(wish.actor)) {
            note((wish.actor.state.context as AgentContext).role, at);
          }
        }
      },
    };
  },
};

/** `coder-2` plays `coder`. */
const roleOf = (agent: string): string => agent.slice(0, agent.lastIndexOf('-'));

/** One whose own step threw says no fact. */
function isBroken({ chart, state }: Actor): boolean {
  return chart.key === agentMachine.id && state.status === 'error';
}

/** What a person must approve begins only once a person has. */
import type { TroupeEvent } from '../../../machines/events.ts';
import type { Axiom } from './axiom.ts';

export const peopleAreAsked: Axiom = {
  name: 'people-are-asked',
  says: 'No task that asks a person begins before one has approved it.',
  watch: (ground, blame) => {
    const approved = new Set<string>();
    return {
      before: ({ input }) => {
        if (input.kind !== 'event' || (input.event as TroupeEvent).type !== 'task.approve') return;
        approved.add(input.to);
      },
      fact: ({ n, at, actor, fact }) => {
        if (fact.type !== 'task.assigned') return;
        const { approveWithinMs = null } = ground.task(fact.task) ?? {};
        if (approveWithinMs === null || approved.has(actor)) return;
        blame(`${fact.task} began, and nobody had approved it`, { n, at });
      },
    };
  },
};

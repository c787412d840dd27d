/** No step throws: a crash of that kind is a bug of a machine, whoever survives it. */
import { messageOf } from '../../../machines/errors.ts';
import type { Axiom } from './axiom.ts';

export const noActorBreaks: Axiom = {
  name: 'no-actor-breaks',
  says: 'No actor ends because one of its own steps threw.',
  watch: (_, blame) => ({
    step: ({ n, at, wishes }) => {
      for (const wish of wishes) {
        if (wish.kind !== 'ended' || wish.actor.state.status !== 'error') continue;
        blame(`${wish.actor.address} broke: ${messageOf(wish.actor.state.error)}`, { n, at });
      }
    },
  }),
};

/** What somebody was told is safe stands in the journal, as it was then. */
import type { Axiom } from './axiom.ts';

export const nothingAcknowledgedIsLost: Axiom = {
  name: 'nothing-acknowledged-is-lost',
  says: 'Nothing that was acknowledged is lost.',
  watch: ({ world }, blame) => {
    if (world === 'unseen') return {};
    /** When each input was taken. */
    const times: number[] = [];
    return {
      step: ({ at }) => {
        times.push(at);
      },
      sight: (sighting) => {
        if (sighting.kind !== 'input.acknowledged') return;
        const { n, at } = sighting;
        const taken = times[n - 1];
        if (taken === undefined) {
          blame(`input ${n} was acknowledged, and the journal ends at ${times.length}`, { n, at });
        } else if (taken > at) {
          blame(`input ${n} was acknowledged before the one that is there now`, { n, at });
        }
      },
    };
  },
};

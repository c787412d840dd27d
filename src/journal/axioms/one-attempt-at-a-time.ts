/** No task is worked on twice at the same time. */
import type { Axiom } from './axiom.ts';

export const oneAttemptAtATime: Axiom = {
  name: 'one-attempt-at-a-time',
  says: 'No task is worked on twice at a time.',
  watch: (_, blame) => {
    /** The tokens that are worked on in the world, by task. */
    const underWay = new Map<string, Set<string>>();
    return {
      step: ({ n, at, attempts }) => {
        for (const { task } of attempts.begun) {
          const both = attempts.ofTask(task).map(({ agent, token }) => `${agent} (token ${token})`);
          if (both.length > 1) blame(`${task} is worked on by ${both.join(' and ')}`, { n, at });
        }
      },
      sight: (sighting) => {
        if (sighting.kind !== 'work.begun' && sighting.kind !== 'work.ended') return;
        const { task, token, at } = sighting;
        const tokens = underWay.get(task) ?? new Set();
        underWay.set(task, tokens);
        if (sighting.kind === 'work.ended') {
          tokens.delete(token);
          return;
        }
        tokens.add(token);
        if (tokens.size === 1) return;
        const both = [...tokens].join(' and ');
        blame(`${task} was worked on under the tokens ${both} at once`, { n: null, at });
      },
    };
  },
};

/** No effect without the record that caused it: what the world saw, the journal knew before. */
import type { Axiom } from './axiom.ts';
import { endOf, endOfRun } from './endings.ts';

interface Cause {
  readonly at: number;
  /** What the world is to see of it. */
  readonly as: string;
}

export const nothingDoneUnwritten: Axiom = {
  name: 'nothing-done-unwritten',
  says: 'Nothing is done before the journal says why.',
  watch: ({ world }, blame) => {
    if (world === 'unseen') return {};
    const causes = new Map<string, Cause>();
    const look = (key: string, as: string, what: string, at: number): void => {
      const cause = causes.get(key);
      if (!cause) blame(`${what}, and the journal knows of nothing like it`, { n: null, at });
      else if (cause.at > at) blame(`${what} before the journal said so`, { n: null, at });
      else if (cause.as !== as) blame(`${what}, and the journal says ${cause.as}`, { n: null, at });
    };
    return {
      fact: ({ at, fact }) => {
        if (endOf(fact) && 'task' in fact) causes.set(`result/${fact.task}`, { at, as: '' });
        if (endOfRun(fact)) causes.set('run', { at, as: '' });
      },
      step: ({ attempts }) => {
        for (const { task, token, agent, at } of attempts.begun) {
          causes.set(`work/${token}`, { at, as: `${task} by ${agent}` });
        }
      },
      sight: (sighting) => {
        const { at } = sighting;
        switch (sighting.kind) {
          case 'work.begun': {
            const { task, token, agent } = sighting;
            const what = `${agent} began ${task} under token ${token}`;
            return look(`work/${token}`, `${task} by ${agent}`, what, at);
          }
          case 'result.written':
            return look(`result/${sighting.task}`, '', `${sighting.task} got a result`, at);
          case 'run.concluded':
            return look('run', '', 'the run was concluded', at);
          default:
        }
      },
    };
  },
};

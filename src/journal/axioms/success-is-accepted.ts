/** What others are to judge succeeds once enough of them accepted it, none its author. */
import { agentAddress } from '../../../machines/ids.ts';
import type { Outcome } from '../../../machines/outcome.ts';
import type { AgentContext } from '../../../machines/rules/duty.ts';
import type { Axiom } from './axiom.ts';

/** The author's attempt, and who has accepted it so far, by address. */
interface Tried {
  readonly attempt: number;
  readonly author: string;
  readonly accepted: Set<string>;
}

export const successIsAccepted: Axiom = {
  name: 'success-is-accepted',
  says: 'No task that is reviewed succeeds without its quorum, or by the word of its own author.',
  watch: (ground, blame) => {
    const tried = new Map<string, Tried>();
    return {
      before: ({ input }, core) => {
        if (input.kind !== 'done' || input.id !== 'work') return;
        const { judgement } = (input.output ?? {}) as Partial<Outcome>;
        if (!judgement?.accepts || !core.awaits(input.to, input.id, input.effect)) return;
        const agent = core.registry.find(input.to)?.state.context as AgentContext | undefined;
        const work = agent?.attempt;
        if (!work?.review) return;
        const reviewed = tried.get(work.task);
        if (reviewed?.attempt === work.attempt) reviewed.accepted.add(input.to);
      },
      fact: ({ n, at, fact }) => {
        if (fact.type === 'task.assigned') {
          const author = fact.agent === null ? '' : agentAddress(fact.agent);
          tried.set(fact.task, { attempt: fact.attempt, author, accepted: new Set() });
        }
        if (fact.type !== 'task.succeeded') return;
        const review = ground.task(fact.task)?.review;
        if (!review) return;
        const { author = '', accepted = new Set() } = tried.get(fact.task) ?? {};
        const others = [...accepted].filter((each) => each !== author).length;
        if (others >= review.quorum) return;
        blame(`${fact.task} succeeded, and ${others} of ${review.quorum} others accepted it`, {
          n,
          at,
        });
      },
    };
  },
};

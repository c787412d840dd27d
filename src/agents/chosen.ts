/** An agent that was chosen for a role: its sessions bear its name, for the next may be another. */
import { type Outcome, type Session, unknownUsage } from '../../machines/outcome.ts';
import type { Adapter, Assignment, Left, LostAttempt } from './agent.ts';

/** What one agent remembers means nothing to another one. */
export function chosenAdapter(name: string, inner: Adapter): Adapter {
  const mark = `${name}:`;
  const own = <Lost extends LostAttempt>(attempt: Lost): Lost => {
    const { earlier } = attempt;
    if (!earlier?.session) return attempt;
    const { id, counted } = earlier.session;
    const session = id.startsWith(mark) ? { id: id.slice(mark.length), counted } : null;
    return { ...attempt, earlier: { ...earlier, session } };
  };
  const marked = <Part extends { readonly session?: Session }>(part: Part): Part => {
    const { session } = part;
    return session ? { ...part, session: { ...session, id: `${mark}${session.id}` } } : part;
  };
  const recall = async (attempt: LostAttempt): Promise<Left> => {
    const left = await inner.recall?.(own(attempt));
    return marked<Left>(left ?? { usage: unknownUsage });
  };
  return {
    name,
    open: () => inner.open(),
    work: async (assignment: Assignment, world): Promise<Outcome> =>
      marked({ ...(await inner.work(own(assignment), world)), chosen: name }),
    recall,
  };
}

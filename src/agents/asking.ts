/** Asks a person whether an agent may do something, and tells of it. */
import type { Cancellation } from '../kernel/cancellation.ts';
import type { AgentWorld, Leave, Question } from './agent.ts';
import type { Attention } from './listening/attention.ts';

/** More than this nobody reads, and every question is kept. */
const inputMaxCharacters = 2_000;

const nobody: Leave = { answer: 'deny', by: 'nobody to ask' };

/** However long it takes: the silence is not the agent's. Given up, it is a no. */
export async function askPerson(
  asked: Question,
  { ask, tell, cancellation }: AgentWorld,
  attention: Attention,
): Promise<Leave> {
  if (ask === undefined || cancellation.isRequested) return nobody;
  const question = { tool: asked.tool, input: asked.input.slice(0, inputMaxCharacters) };
  tell({ type: 'permission.requested', ...question });
  const leave = await attention.meanwhile(answered(ask(question), cancellation));
  if (!cancellation.isRequested) tell({ type: 'permission.answered', ...question, ...leave });
  return leave;
}

/** A question outlives nobody who asked it. */
function answered(answer: Promise<Leave>, cancellation: Cancellation): Promise<Leave> {
  return new Promise((resolve, reject) => {
    const forget = cancellation.onRequest(() => resolve(nobody));
    answer.then(resolve, reject).finally(forget);
  });
}

/** What the agent is told, and what is kept as the reason of a denial. */
export const denialWords = ({ by }: Leave): string =>
  by === nobody.by ? by : `${by} did not allow it`;

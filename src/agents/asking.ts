/** Asks a person whether an agent may do something, and tells of it. */
import type { AgentWorld, Leave, Question } from './agent.ts';
import type { Attention } from './attention.ts';

/** More than this nobody reads, and every question is kept. */
const inputMaxCharacters = 2_000;

const nobody: Leave = { answer: 'deny', by: 'nobody to ask' };

/** However long it takes: the silence is not the agent's. Given up, it is a no. */
export async function askPerson(
  asked: Question,
  { ask, tell, signal }: AgentWorld,
  attention: Attention,
): Promise<Leave> {
  if (ask === undefined || signal.aborted) return nobody;
  const question = { tool: asked.tool, input: asked.input.slice(0, inputMaxCharacters) };
  tell({ type: 'permission.requested', ...question });
  const leave = await attention.meanwhile(Promise.race([ask(question), givenUp(signal)]));
  if (!signal.aborted) tell({ type: 'permission.answered', ...question, ...leave });
  return leave;
}

/** A question outlives nobody who asked it. */
function givenUp(signal: AbortSignal): Promise<Leave> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(nobody), { once: true });
  });
}

/** What the agent is told, and what is kept as the reason of a denial. */
export const denialWords = ({ by }: Leave): string =>
  by === nobody.by ? by : `${by} did not allow it`;

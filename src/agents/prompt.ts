/** What an agent is asked: its task, and what came of the attempt before this one. */
import type { Assignment } from './agent.ts';

export function promptOf({ prompt, earlier }: Pick<Assignment, 'prompt' | 'earlier'>): string {
  if (!earlier) return prompt;
  const { fault, session } = earlier;
  if (session === null) {
    return `${prompt}

An attempt before this one ended so: ${fault.message}
What it changed may still be here.`;
  }
  return `Your last attempt at this task ended so: ${fault.message}
Go on from where you were, and finish it. The task again:

${prompt}`;
}

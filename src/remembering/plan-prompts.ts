/** The library of a home for the text of a plan that takes prompts from it. */
import { systemClock } from '../kernel/clock.ts';
import { mayTakePrompts, type PromptShelf } from '../plan/prompts/prompt-shelf.ts';

/** Undefined when the text needs none: then nothing is loaded for it. */
export async function promptsFor(text: string, home: string): Promise<PromptShelf | undefined> {
  if (!mayTakePrompts(text)) return undefined;
  const { openPrompts } = await import('./prompts.ts');
  return openPrompts(home, systemClock);
}

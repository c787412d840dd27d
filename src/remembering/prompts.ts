/** The prompt library of a home. */
import { join } from 'node:path';
import { PromptLibrary } from '../../memory/index.ts';
import type { Clock } from '../kernel/clock.ts';

export type { Prompt, PromptLibrary } from '../../memory/index.ts';

export function openPrompts(home: string, clock: Clock): PromptLibrary {
  return new PromptLibrary(join(home, 'prompts.json'), clock);
}

/** Where the words of a plan came from, kept when the plan is read again from its document. */
import type { Plan } from './plan.ts';
import { pinPrompts } from './prompts/prompt-pins.ts';
import type { PromptPin } from './prompts/prompt-shelf.ts';
import { pinTemplates } from './roles/role-uses.ts';

/** A prompt that says something else by now came from nowhere else than the change. */
export function keepPins(from: Plan, to: Plan): Plan {
  const templates = new Map(
    from.roles.flatMap(({ name, templateFrom }) => (templateFrom ? [[name, templateFrom]] : [])),
  );
  const before = new Map(from.tasks.map((task) => [task.id, task]));
  const prompts = new Map<number, PromptPin>();
  for (const [at, { id, prompt }] of to.tasks.entries()) {
    const known = before.get(id);
    if (known?.promptFrom && known.prompt === prompt) prompts.set(at, known.promptFrom);
  }
  return pinTemplates(pinPrompts(to, prompts), templates);
}

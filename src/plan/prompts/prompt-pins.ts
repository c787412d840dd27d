/** Notes in a plan which prompts of the library its tasks were made of. */
import type { Plan } from '../plan.ts';
import type { PromptPin } from './prompt-shelf.ts';

/** By the place of the task. */
export function pinPrompts(plan: Plan, pins: ReadonlyMap<number, PromptPin>): Plan {
  if (pins.size === 0) return plan;
  const tasks = plan.tasks.map((task, at) => {
    const promptFrom = pins.get(at);
    return promptFrom ? { ...task, promptFrom } : task;
  });
  return { ...plan, tasks };
}

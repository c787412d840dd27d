/** Which prompts of a plan are so large that a person should know before they are paid for. */
import { manyTokens, tokensIn, tokenWarning } from '../../memory/manager/tokens.ts';
import type { Plan, PlanRole, PlanTask } from '../plan/plan.ts';
import { recalledCharsMax } from './told.ts';

const namedMax = 5;

/** What earlier tasks say is not known yet, and not counted. */
export function promptNotes({ tasks, roles }: Plan): readonly string[] {
  const byName = new Map(roles.map((role) => [role.name, role]));
  const notes = tasks.flatMap((task) => noteOn(task, byName.get(task.role)) ?? []);
  const more = notes.length - namedMax;
  return more > 0 ? [...notes.slice(0, namedMax), `${more} more prompts are as large`] : notes;
}

function noteOn(task: PlanTask, role: PlanRole | undefined): string | null {
  // A program pays for no words.
  if (!role || role.adapter === 'command' || role.adapter === 'simulated') return null;
  const recall = task.memory === 'off' ? 0 : (role.recall ?? 0);
  const recalledChars = recall * recalledCharsMax;
  // No text has more tokens than characters.
  if (task.prompt.length + recalledChars < manyTokens) return null;
  const recalled = tokensIn('x'.repeat(recalledChars));
  const warning = tokenWarning(tokensIn(task.prompt) + recalled);
  if (warning === null) return null;
  const share = recalled === 0 ? '' : ` (at most ${recalled} of them recalled)`;
  return `the prompt of ${task.id} is long${share}: ${warning}`;
}

/** Every check of a plan, in order, whichever way it came in. */
import { checkInputs } from './inputs.ts';
import type { Plan } from './plan.ts';
import { createReport, type PlanSource } from './problems/report.ts';
import { pinPrompts } from './prompts/prompt-pins.ts';
import { fillPrompts } from './prompts/prompt-uses.ts';
import { readParts } from './read.ts';
import { resolvePlan } from './resolve.ts';
import { openRoleShelf } from './roles/role-shelf.ts';
import { fillRoles, pinTemplates } from './roles/role-uses.ts';
import { checkReferences } from './rules/references.ts';
import { checkTasks } from './rules/task-rules.ts';
import { checkTemplates } from './rules/template-rules.ts';
import { expandTeams } from './teams/expand.ts';

/** The document must be plain data within bounds. Throws a PlanError with all that is wrong. */
export function checkPlan(given: unknown, source: PlanSource): Plan {
  const report = createReport(source);
  const { document: cast, pins: templates } = fillRoles(
    given,
    () => openRoleShelf(source.folder),
    report,
  );
  const whole = expandTeams(cast, source, report, checkPlan);
  const { document, pins } = fillPrompts(whole, source.prompts, report);
  const parts = readParts(document, report);
  checkInputs(parts, report);
  const graph = checkReferences(parts, report);
  checkTasks(parts, report);
  checkTemplates(parts, graph, source.folder !== null, report);
  report.throwIfAny();
  return pinTemplates(pinPrompts(resolvePlan(parts, source), pins), templates);
}

/** One review of a task: its place, its question, an agent's attempt at it, and its verdict. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Judgement, Outcome } from '../../machines/outcome.ts';
import type { TaskContext } from '../../machines/rules/attempt.ts';
import type { WorkInput } from '../../machines/rules/duty.ts';
import { judgementIn } from '../evidence/judgement.ts';
import type { PlanRole } from '../plan/plan.ts';
import type { Desk, Prepared } from '../runs/assignment.ts';
import type { RunFolder } from '../runs/folder.ts';
import { reviewPrompt } from '../runs/review-prompt.ts';
import type { Workplaces } from './workplaces.ts';

export interface Reviewing {
  readonly desk: Desk;
  readonly workplaces: Workplaces;
  readonly folder: RunFolder;
  /** How the task stands that is reviewed. */
  readonly contextOf: (task: string) => TaskContext;
}

/** Makes one attempt, like all of the role: its account, its budget and its limits count. */
export type Attempt = (prepared: Prepared, input: WorkInput) => Promise<Outcome>;

/** An attempt's outcome; with a judgement, where a verdict could be read. */
export async function review(
  { desk, workplaces, folder, contextOf }: Reviewing,
  input: WorkInput,
  signal: AbortSignal,
  attempt: Attempt,
): Promise<Outcome> {
  const role = desk.role(input.role);
  const { outcome, evidence } = contextOf(input.task);
  if (!outcome) throw new TypeError(`nothing is known of what came of ${input.task}`);
  // What a reviewer leaves is not the task's.
  const artifactsFolder = join(folder.path, 'reviews', `${input.token}`);
  await mkdir(artifactsFolder, { recursive: true });
  return workplaces.inReview(input.task, outcome, signal, async ({ cwd, env, notice }) => {
    const prepared = await desk.prepareReview(input);
    const prompt = reviewPrompt({
      prompt: await desk.fill(input.task, desk.task(input.task).prompt),
      output: await desk.output(input.task),
      outcome,
      evidence,
      place: notice,
      question: prepared.prompt,
    });
    // A program that does both, work and reviews, has to know which is asked for.
    const told = { TROUPE_REVIEW: String(input.review?.count ?? 1) };
    const around = { prompt, cwd, artifactsFolder, env: { ...env, ...prepared.env, ...told } };
    return judged(await attempt({ ...prepared, ...around }, input), role);
  });
}

function judged(outcome: Outcome, role: PlanRole): Outcome {
  if (outcome.kind !== 'succeeded') return outcome;
  const judgement = role.adapter === 'simulated' ? pleased : judgementIn(outcome.output.text);
  return judgement ? { ...outcome, judgement } : outcome;
}

/** Whoever only pretends to work only pretends to judge. */
const pleased: Judgement = { accepts: true, reasons: ['it only pretends to judge'] };

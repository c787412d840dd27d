/** The door through which agents ask for sub-tasks: what they are told, and what they asked for. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault, Outcome } from '../../machines/outcome.ts';
import { isWaived, type TaskContext } from '../../machines/rules/attempt.ts';
import { nothingAsked } from '../../machines/rules/delegated.ts';
import type { WorkInput } from '../../machines/rules/duty.ts';
import { isUserError } from '../kernel/user-error.ts';
import type { Plan, PlanTask } from '../plan/plan.ts';
import { answerMaxBytes, askedLines, planText } from './answer-text.ts';
import { type Answer, type Briefing, briefingText, type Phase, shortened } from './briefing.ts';
import { type Asker, draftOf, rolesOf } from './draft.ts';
import { pretendedPlan } from './pretended.ts';

/** The run, as far as whoever asks is concerned. */
export interface AskRoom {
  readonly plan: Plan;
  readonly runFolder: string;
  readonly taskOf: (id: string) => PlanTask;
  readonly contextOf: (id: string) => TaskContext | undefined;
  /** A task's whole output. */
  readonly outputOf: (id: string) => Promise<string>;
  /** Where what tasks have merged is; null when nothing was. */
  readonly branch: () => string | null;
}

/** What it is told beside its task. */
export interface Told {
  readonly prompt: string;
  readonly env: Readonly<Record<string, string>>;
}

/** An attempt by an agent that is told whom it may ask, and heard when it does. */
export function askable<Given extends Told>(
  room: AskRoom,
  input: WorkInput,
  given: Given,
  work: (given: Given) => Promise<Outcome>,
): Promise<Outcome> {
  const asker = askerOf(room, input.task);
  return asker ? asked(room, asker, input, given, work) : work(given);
}

async function asked<Given extends Told>(
  room: AskRoom,
  asker: Asker,
  input: WorkInput,
  given: Given,
  work: (given: Given) => Promise<Outcome>,
): Promise<Outcome> {
  const told = await brief(room, asker, input);
  const prompt = told.prompt === '' ? given.prompt : `${given.prompt}\n\n${told.prompt}`;
  const outcome = await work({ ...given, prompt, env: { ...given.env, ...told.env } });
  return heed(room, input, outcome);
}

/** Where tools of its agent put the lines that its answer would say: read once it has ended. */
const linesFile = ({ runFolder }: AskRoom, { task, token }: WorkInput): string =>
  join(runFolder, 'asks', `${task}.${token}.jsonl`);

/** With what was asked by tools meanwhile. */
async function withLines(room: AskRoom, input: WorkInput, answer: string): Promise<string> {
  const path = linesFile(room, input);
  if (!existsSync(path)) return answer;
  const lines = await readFile(path, 'utf8');
  return lines.length > answerMaxBytes ? answer : `${answer}\n${lines}`;
}

async function brief(room: AskRoom, asker: Asker, input: WorkInput): Promise<Told> {
  const briefing = await briefingOf(room, asker, input.earlier);
  const { phase, left, roles, answers } = briefing;
  const told = {
    phase,
    left,
    agents: roles.map(({ name }) => name),
    subtasks: answers.map(({ id: subtask, status }) => ({ id: subtask, status })),
  };
  const asks = phase === 'planning' ? {} : { TROUPE_TASK_ADD: linesFile(room, input) };
  const env = { TROUPE_SUBTASKS: JSON.stringify(told), ...asks };
  return { prompt: briefingText(briefing), env };
}

/** An outcome with what its answer asks for; a failed one when that can not be done. */
async function heed(room: AskRoom, input: WorkInput, outcome: Outcome): Promise<Outcome> {
  const asker = outcome.kind === 'succeeded' ? askerOf(room, input.task) : null;
  if (!asker) return outcome;
  const phase = phaseOf(asker);
  const answer = await answerOf(room, asker, outcome);
  if (answer === null) return phase === 'planning' ? refused(outcome, tooLong) : outcome;
  const asked =
    phase === 'planning' ? planned(answer) : askedLines(await withLines(room, input, answer));
  if (asked.broken.length > 0) return refused(outcome, notUnderstood(asked.broken.join('\n')));
  if (asked.text === null) return outcome;
  try {
    const subtasks = draftOf(asked.text, fileOf(phase), asker);
    return subtasks.length === 0 ? outcome : { ...outcome, subtasks };
  } catch (error) {
    if (!isUserError(error)) throw error;
    return refused(outcome, notUnderstood(error.message));
  }
}

const fileOf = (phase: Phase): string => (phase === 'planning' ? 'plan.json' : 'subtasks.json');

function planned(answer: string) {
  const text = planText(answer);
  const broken = text === null ? ['there is no JSON in the answer, and a plan is wanted'] : [];
  return { text, broken };
}

function askerOf({ plan, taskOf, contextOf }: AskRoom, id: string): Asker | null {
  const context = contextOf(id);
  if (!context?.spec.delegation) return null;
  const { spec, turn, delegated = nothingAsked } = context;
  const known = new Set(delegated.subtasks.map((each) => each.slice(id.length + 1)));
  const left = (spec.delegation?.count ?? 0) - known.size;
  const asker = { plan, task: taskOf(id), spec, left, known };
  return turn === 'planner' ? { ...asker, splits: true } : asker;
}

function phaseOf({ known, task, splits }: Asker): Phase {
  if (splits) return 'planning';
  if (known.size > 0) return 'concluding';
  return task.subtasks?.kind === 'plans' ? 'planning' : 'asking';
}

async function briefingOf(
  room: AskRoom,
  asker: Asker,
  earlier: WorkInput['earlier'],
): Promise<Briefing> {
  const names = rolesOf(asker);
  const roles = room.plan.roles.filter(({ name }) => names.includes(name));
  const { task, left, known } = asker;
  const answers = [...known].map((id) => answerTo(room, task.id, id, known.size));
  return {
    ...{ phase: phaseOf(asker), task, roles, left },
    answers: await Promise.all(answers),
    complaint: complaintOf(room, task, earlier),
    branch: room.branch(),
  };
}

/** A program is told of its last attempt by nobody else. */
function complaintOf({ plan }: AskRoom, task: PlanTask, earlier: WorkInput['earlier']): string {
  const role = plan.roles.find(({ name }) => name === task.role);
  const isNew = earlier?.fault.code === 'subtasks.invalid' && role?.adapter === 'command';
  return isNew ? `Your last answer was refused: ${earlier.fault.message}` : '';
}

async function answerTo(
  { contextOf, outputOf }: AskRoom,
  parent: string,
  id: string,
  count: number,
): Promise<Answer> {
  const full = `${parent}.${id}`;
  const fault = contextOf(full)?.fault ?? null;
  if (fault) return { id, status: isWaived({ fault }) ? 'skipped' : 'failed', text: fault.message };
  return { id, status: 'succeeded', text: shortened(await outputOf(full), count) };
}

/** Null when it is longer than any request. Agents that only pretend plan something, too. */
async function answerOf(room: AskRoom, asker: Asker, { output }: Outcome): Promise<string | null> {
  const role = room.plan.roles.find(({ name }) => name === asker.task.role);
  if (role?.adapter === 'simulated') return pretendedPlan(asker, phaseOf(asker));
  if (output.path === '') return output.text;
  if (output.bytes > answerMaxBytes) return null;
  return readFile(join(room.runFolder, output.path), 'utf8');
}

const tooLong: Fault = {
  code: 'subtasks.invalid',
  message: `the answer is longer than ${answerMaxBytes} bytes, and a plan is wanted`,
  retryable: true,
};

function notUnderstood(why: string): Fault {
  const message = `what it asked for can not be done:\n${why}`;
  return { code: 'subtasks.invalid', message, retryable: true };
}

function refused(outcome: Outcome, fault: Fault): Outcome {
  const { durationMs, output, usage, evidence, session, limits } = outcome;
  const measured = { durationMs, output, usage, evidence };
  const told = { ...(session && { session }), ...(limits && { limits }) };
  return { kind: 'failed', fault, ...measured, ...told };
}

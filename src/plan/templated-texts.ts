/** Every text of a plan that holds a template, with where it stands and what would be run. */
import type { Path } from './problems/problem.ts';
import type { Parts, RoleValue, TaskValue } from './read.ts';
import { evaluatedPlaces } from './shell.ts';
import { mayHoldTemplate } from './templates.ts';

export interface TemplatedText {
  readonly path: Path;
  readonly text: string;
  /** The task that it belongs to; null for a role's. */
  readonly task: string | null;
  /** Set for a part of a command: which part, of what list (null for a shell line). */
  readonly run: RunPart | null;
}

interface RunPart {
  readonly argv: readonly string[] | null;
  readonly at: number;
  /** A template here would be run as code. */
  readonly isCode: boolean;
}

/** Told of one at a time: of thousands of tasks most hold none, and nothing is made for those. */
type Tell = (text: TemplatedText) => void;
type RunValue = string | readonly string[] | undefined;
type EnvValue = Readonly<Record<string, string>>;

export function eachTemplatedText(parts: Parts, tell: Tell): void {
  for (const { path, value } of parts.roles) if (value) tellOfRole(value, path, tell);
  for (const { path, value } of parts.tasks) if (value) tellOfTask(value, path, tell);
}

function tellOfRole(role: RoleValue, path: Path, tell: Tell): void {
  if (role.prompt) tellOfText(role.prompt, [...path, 'prompt'], null, tell);
  if (role.adapter === 'simulated' || role.adapter === 'gather') return;
  if ('run' in role) tellOfRun(role.run, [...path, 'run'], null, tell);
  if (role.env) tellOfEnv(role.env, [...path, 'env'], null, tell);
}

function tellOfTask(value: TaskValue, path: Path, tell: Tell): void {
  const { id: task, prompt } = value;
  if (prompt !== '') tellOfText(prompt, [...path, 'prompt'], task, tell);
  if (value.run) tellOfRun(value.run, [...path, 'run'], task, tell);
  if (value.env) tellOfEnv(value.env, [...path, 'env'], task, tell);
  if (value.with) tellOfEnv(value.with, [...path, 'with'], task, tell);
  for (const { check, path: at } of checksOf(value, path)) {
    if ('run' in check) tellOfRun(check.run, [...at, 'run'], task, tell);
    if ('review' in check) tellOfText(check.review.prompt, [...at, 'review', 'prompt'], task, tell);
    if ('file' in check) tellOfText(check.file, [...at, 'file'], task, tell);
  }
}

function tellOfText(text: string, path: Path, task: string | null, tell: Tell): void {
  if (mayHoldTemplate(text)) tell({ path, text, task, run: null });
}

function tellOfRun(run: RunValue, path: Path, task: string | null, tell: Tell): void {
  if (run === undefined) return;
  if (typeof run === 'string') {
    if (!mayHoldTemplate(run)) return;
    tell({ path, text: run, task, run: { argv: null, at: 0, isCode: true } });
  } else if (run.some(mayHoldTemplate)) tellOfList(run, path, task, tell);
}

function tellOfList(argv: readonly string[], path: Path, task: string | null, tell: Tell): void {
  const code = new Set(evaluatedPlaces(argv));
  for (const [at, text] of argv.entries()) {
    if (!mayHoldTemplate(text)) continue;
    tell({ path: [...path, at], text, task, run: { argv, at, isCode: code.has(at) } });
  }
}

function tellOfEnv(env: EnvValue, path: Path, task: string | null, tell: Tell): void {
  for (const [name, text] of Object.entries(env)) tellOfText(text, [...path, name], task, tell);
}

type CheckValue = Exclude<TaskValue['verify'], readonly unknown[] | undefined>;

interface PlacedCheck {
  readonly check: CheckValue;
  readonly path: Path;
}

/** A task's checks as a list, whether it was written as one or as a single check. */
export function checksOf(
  { verify }: Pick<TaskValue, 'verify'>,
  path: Path,
): readonly PlacedCheck[] {
  if (verify === undefined) return [];
  const at = [...path, 'verify'];
  if (!Array.isArray(verify)) return [{ check: verify, path: at }];
  return verify.map((check, place) => ({ check, path: [...at, place] }));
}

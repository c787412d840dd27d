/** Every text of a plan that may hold templates, with where it stands and what would be run. */
import type { Path } from './problem.ts';
import type { Parts, RoleValue, TaskValue } from './read.ts';
import { evaluatedPlaces } from './shell.ts';

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

type Texts = Generator<TemplatedText, void>;
type RunValue = string | readonly string[] | undefined;
type EnvValue = Readonly<Record<string, string>> | undefined;

export function* templatedTexts(parts: Parts): Texts {
  for (const { path, value } of parts.roles) if (value) yield* textsOfRole(value, path);
  for (const { path, value } of parts.tasks) if (value) yield* textsOfTask(value, path);
}

function* textsOfRole(role: RoleValue, path: Path): Texts {
  if (role.prompt) yield { path: [...path, 'prompt'], text: role.prompt, task: null, run: null };
  if (role.adapter === 'simulated' || role.adapter === 'gather') return;
  if ('run' in role) yield* textsOfRun(role.run, [...path, 'run'], null);
  yield* textsOfEnv(role.env, [...path, 'env'], null);
}

function* textsOfTask(value: TaskValue, path: Path): Texts {
  const { id: task, prompt } = value;
  yield { path: [...path, 'prompt'], text: prompt, task, run: null };
  yield* textsOfRun(value.run, [...path, 'run'], task);
  yield* textsOfEnv(value.env, [...path, 'env'], task);
  yield* textsOfEnv(value.with, [...path, 'with'], task);
  for (const { check, path: at } of checksOf(value, path)) {
    if ('run' in check) yield* textsOfRun(check.run, [...at, 'run'], task);
    if ('review' in check) {
      yield { path: [...at, 'review', 'prompt'], text: check.review.prompt, task, run: null };
    }
    if ('file' in check) yield { path: [...at, 'file'], text: check.file, task, run: null };
  }
}

function* textsOfRun(run: RunValue, path: Path, task: string | null): Texts {
  if (run === undefined) return;
  if (typeof run === 'string') {
    yield { path, text: run, task, run: { argv: null, at: 0, isCode: true } };
    return;
  }
  const code = new Set(evaluatedPlaces(run));
  for (const [at, text] of run.entries()) {
    yield { path: [...path, at], text, task, run: { argv: run, at, isCode: code.has(at) } };
  }
}

function* textsOfEnv(env: EnvValue, path: Path, task: string | null): Texts {
  for (const [name, text] of Object.entries(env ?? {})) {
    yield { path: [...path, name], text, task, run: null };
  }
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

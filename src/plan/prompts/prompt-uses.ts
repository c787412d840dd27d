/** Prompts that a plan takes from the library: found, filled in, and pinned to their version. */
import { z } from 'zod';
import { isUserError } from '../../kernel/user-error.ts';
import { suggest } from '../problems/nearest.ts';
import { type Path, quote } from '../problems/problem.ts';
import type { Complaint, Report } from '../problems/report.ts';
import { fileSafeName, text, wholeNumber } from '../shapes/fields.ts';
import type { PromptPin, PromptShelf } from './prompt-shelf.ts';

const value = z.union([text('text'), z.number(), z.boolean()], {
  error: 'expected a text, a number, or true or false',
});

export const promptUseShape = z
  .strictObject(
    {
      use: fileSafeName('the name of a prompt').describe('A prompt of the library.'),
      with: z
        .record(z.string(), value, { error: 'expected a map of variables to their values' })
        .optional()
        .describe('Values of its variables. May hold {{...}}.'),
      version: wholeNumber(1, Number.MAX_SAFE_INTEGER).optional().describe('Default: the newest.'),
    },
    { error: 'expected a map with use, with and version' },
  )
  .describe('A prompt of the library, `troupe prompts list`, with values for its variables.');

type PromptUse = z.output<typeof promptUseShape>;

interface Filled {
  readonly document: unknown;
  /** By the place of the task. */
  readonly pins: ReadonlyMap<number, PromptPin>;
}

/** The document with texts where prompts of the library were named; mistakes are in the report. */
export function fillPrompts(
  document: unknown,
  shelf: PromptShelf | undefined,
  report: Report,
): Filled {
  const pins = new Map<number, PromptPin>();
  const { tasks } = Object(document) as { readonly tasks?: unknown };
  if (!Array.isArray(tasks) || !tasks.some(takesFromLibrary)) return { document, pins };
  const filled = tasks.map((task, at) => {
    if (!takesFromLibrary(task)) return task;
    const use = promptUseShape.safeParse(task.prompt);
    // What is wrong with the map itself is told by whoever reads the task.
    if (!use.success) return task;
    const path = ['tasks', at, 'prompt'];
    const made = fillOne(use.data, shelf, path, report);
    if (made) pins.set(at, made.pin);
    return { ...task, prompt: made?.text ?? '' };
  });
  return { document: { ...Object(document), tasks: filled }, pins };
}

function takesFromLibrary(task: unknown): task is { readonly prompt: object } {
  const { prompt } = Object(task) as { readonly prompt?: unknown };
  return typeof prompt === 'object' && prompt !== null && 'use' in prompt;
}

interface Made {
  readonly text: string;
  readonly pin: PromptPin;
}

function fillOne(
  { use: name, with: given = {}, version }: PromptUse,
  shelf: PromptShelf | undefined,
  path: Path,
  report: Report,
): Made | null {
  const complaint = shelf ? complaintAbout(name, shelf, path) : noShelf(path);
  if (complaint || !shelf) {
    if (complaint) report.add(complaint);
    return null;
  }
  try {
    const known = shelf.variables(name, version);
    const strange = Object.keys(given).filter((key) => !known.some((each) => each.name === key));
    for (const key of strange) report.add(strangeVariable(name, key, known, path));
    if (strange.length > 0) return null;
    const pin = { name, version: shelf.show(name, version).version };
    const text = shelf.render(name, valuesOf(given, known), version);
    return { text, pin };
  } catch (error) {
    if (!isUserError(error)) throw error;
    const { message, hint: fix, code } = error;
    report.add({ code: `plan.${code}`, path: placeOf(code, path), say: () => ({ message, fix }) });
    return null;
  }
}

/** A library's own `{{artifacts}}` is the plan's, when the plan says nothing else of it. */
function valuesOf(
  given: NonNullable<PromptUse['with']>,
  known: readonly { readonly name: string; readonly default: string | null }[],
): Readonly<Record<string, string>> {
  const values = Object.entries(given).map(([key, each]) => [key, String(each)] as const);
  const own = known.filter((each) => each.name === 'artifacts' && each.default === null);
  return Object.fromEntries([...own.map(({ name }) => [name, `{{${name}}}`] as const), ...values]);
}

function placeOf(code: string, path: Path): Path {
  if (code === 'prompt.no-version') return [...path, 'version'];
  return code === 'prompt.circular' ? [...path, 'use'] : path;
}

function complaintAbout(name: string, shelf: PromptShelf, path: Path): Complaint | null {
  const names = shelf.list().map((each) => each.name);
  if (names.includes(name)) return null;
  const none = 'the library is empty: troupe prompts save NAME FILE';
  const say = () => ({
    message: `no prompt of the library is called ${quote(name)}`,
    fix: names.length === 0 ? none : suggest(name, names),
  });
  return { code: 'plan.unknown-prompt', path: [...path, 'use'], say };
}

function noShelf(path: Path): Complaint {
  const message = 'the library of prompts is not known here';
  const fix = 'give definePlan { prompts: await troupe.prompts() }, or write the text';
  return { code: 'plan.no-library', path: [...path, 'use'], say: () => ({ message, fix }) };
}

function strangeVariable(
  name: string,
  key: string,
  known: readonly { readonly name: string }[],
  path: Path,
): Complaint {
  const names = known.map((each) => each.name);
  const say = () => ({
    message: `the prompt ${quote(name)} has no variable ${quote(key)}`,
    fix: names.length === 0 ? 'it has none' : suggest(key, names),
  });
  return { code: 'plan.unknown-variable', path: [...path, 'with', key], at: 'key', say };
}

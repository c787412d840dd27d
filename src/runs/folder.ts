/** Where a run lives on disk: `.troupe/runs/<id>/`, and what is called what in there. */
import { existsSync, mkdirSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunId, runId } from '../../machines/ids.ts';
import { type Random, randomName } from '../kernel/random.ts';
import { UserError } from '../kernel/user-error.ts';
import type { Plan } from '../plan/plan.ts';
import { suggest } from '../plan/problems/nearest.ts';
import { ensureFolder, unwritable, writeWhole } from './disk.ts';
import { isSketch, noteSketch } from './sketch.ts';

/** As the worktrees plug finds it. */
export interface RunBase {
  /** Absolute: what the repository and all its worktrees share. */
  readonly repository: string;
  /** From the top of a checkout to the working directory, with `/`. */
  readonly prefix: string;
  readonly commit: string;
  /** Files that were changed and not committed when the run began. */
  readonly changes: number;
}

/** What a run is, frozen before its first step. */
export interface RunOrder {
  readonly plan: Plan;
  readonly inputs: Readonly<Record<string, string>>;
  /** Absolute: where its commands work. */
  readonly cwd: string;
  /** Simulated work is done this many times faster. */
  readonly speed: number;
  /** The version of Troupe that began it. */
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly orderedAt: number;
  /** What worktrees start from; absent when none of its tasks has one. */
  readonly base?: RunBase;
  /** As they were when it began; absent when no role asks for any. */
  readonly skills?: readonly RunSkill[];
  /** The run, and the input of it, up to which their past is one. */
  readonly forkedFrom?: { readonly run: string; readonly n: number };
}

/** A skill that its agents may be given. */
export interface RunSkill {
  readonly name: string;
  readonly description: string;
  readonly body: string;
  readonly sha256: string;
  /** Absolute: where its other files are. */
  readonly folder: string;
}

/** How a plan is begun. */
export interface RunOptions {
  readonly inputs?: Readonly<Record<string, string>>;
  /** Simulated work is done this many times faster. */
  readonly speed?: number;
  /** The name that was reserved for it. */
  readonly as?: string;
  /** It only shows what would be done: `latest` is not it. */
  readonly sketch?: boolean;
}

/** Absolute paths. */
export interface RunFolder {
  readonly id: RunId;
  readonly path: string;
  readonly order: string;
  /** Every input of the run. */
  readonly journal: string;
  /** The plan alone, for programs that want to know what they are part of. */
  readonly plan: string;
  readonly results: string;
  readonly artifacts: string;
  readonly report: string;
  /** How other processes reach the run while it lives. */
  readonly control: string;
}

export const runsFolder = (home: string): string => join(home, 'runs');

export function runFolder(home: string, id: RunId): RunFolder {
  const path = join(runsFolder(home), id);
  return {
    id,
    path,
    order: join(path, 'order.json'),
    journal: join(path, 'journal.jsonl'),
    plan: join(path, 'plan.json'),
    results: join(path, 'results'),
    artifacts: join(path, 'artifacts'),
    report: join(path, 'report.md'),
    control: join(path, 'control.json'),
  };
}

/** A new folder under a name that nobody has; the order is safe in it when this returns. */
export function createRunFolder(
  home: string,
  order: RunOrder,
  random: Random,
  { as, sketch = false }: Pick<RunOptions, 'as' | 'sketch'> = {},
): RunFolder {
  const folder = draftRunFolder(home, order, random, as);
  if (sketch) noteSketch(folder);
  placeOrder(folder, order);
  return folder;
}

/** A folder that is no run yet: nobody sees it before its order is placed. */
export function draftRunFolder(
  home: string,
  order: RunOrder,
  random: Random,
  reserved?: string,
): RunFolder {
  try {
    ensureFolder(runsFolder(home));
    const folder =
      reserved === undefined
        ? makeFolder(home, slug(order.plan.name), random)
        : runFolder(home, runId(reserved));
    // Whoever reserved it may have been killed after any of these steps.
    ensureFolder(folder.results);
    ensureFolder(folder.artifacts);
    writePlan(folder, order);
    return folder;
  } catch (error) {
    throw unwritable(home, error);
  }
}

export function placeOrder(folder: RunFolder, order: RunOrder): void {
  writeWhole(folder.order, `${JSON.stringify(order)}\n`, { flush: true });
}

/** Made of the order, so that it can always be made again. */
export function writePlan(folder: RunFolder, { plan }: RunOrder): void {
  writeWhole(folder.plan, `${JSON.stringify(plan)}\n`);
}

/** For a run that is begun later, once at most: whoever is killed in between knows its name. */
export function reserveRun(home: string, name: string, random: Random): string {
  for (;;) {
    const id = `${slug(name)}-${randomName(random, 5)}`;
    if (!existsSync(runFolder(home, runId(id)).path)) return id;
  }
}

function makeFolder(home: string, begin: string, random: Random): RunFolder {
  for (;;) {
    const folder = runFolder(home, runId(`${begin}-${randomName(random, 5)}`));
    try {
      mkdirSync(folder.path);
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

export async function readOrder(folder: RunFolder): Promise<RunOrder> {
  try {
    const order = JSON.parse(await readFile(folder.order, 'utf8')) as Partial<RunOrder> | null;
    if (!Array.isArray(order?.plan?.tasks)) throw new Error('there is no plan in it');
    return order as RunOrder;
  } catch (error) {
    throw new UserError(
      'run.unreadable',
      `${folder.order} can't be read: ${(error as Error).message}`,
      'the run was never begun, or its folder is damaged; start the plan again',
    );
  }
}

/** Newest first. */
export async function listRuns(home: string): Promise<readonly RunFolder[]> {
  const names = await readdir(runsFolder(home)).catch(() => []);
  // One that is being removed has a hidden name.
  const shown = names.filter((name) => !name.startsWith('.'));
  const folders = shown.map((name) => runFolder(home, runId(name)));
  const dated = await Promise.all(
    folders.map(async (folder) => ({ folder, at: await writtenAt(folder.order) })),
  );
  const runs = dated.filter(({ at }) => at > 0).sort((a, b) => b.at - a.at);
  return runs.map(({ folder }) => folder);
}

/** 0 for what is no run, not yet, or not any more. A pipe would be waited for without end. */
async function writtenAt(path: string): Promise<number> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.mtimeMs : 0;
  } catch {
    return 0;
  }
}

/** A run by its id, by a beginning that only it has, or by the word `latest`. */
export async function findRun(home: string, name: string): Promise<RunFolder> {
  const runs = await listRuns(home);
  const exact = name === 'latest' ? latestOf(runs) : runs.find(({ id }) => id === name);
  if (exact) return exact;
  const begun = name === '' ? [] : runs.filter(({ id }) => id.startsWith(name));
  if (begun.length === 1 && begun[0]) return begun[0];
  throw begun.length > 1 ? notOneRun(name, begun) : noSuchRun(home, name, runs);
}

const latestOf = (runs: readonly RunFolder[]): RunFolder | undefined =>
  runs.find((folder) => !isSketch(folder)) ?? runs[0];

function notOneRun(name: string, begun: readonly RunFolder[]): UserError {
  const ids = begun.slice(0, 5).map(({ id }) => id);
  const more = begun.length > ids.length ? ` and ${begun.length - ids.length} more` : '';
  const message = `${begun.length} runs begin with "${name}": ${ids.join(', ')}${more}`;
  return new UserError('run.ambiguous', message, 'write more of the name, or "latest"');
}

function noSuchRun(home: string, name: string, known: readonly RunFolder[]): UserError {
  if (known.length === 0) {
    return new UserError(
      'run.unknown',
      `there are no runs in ${home}`,
      'start one: troupe run PLAN',
    );
  }
  const ids = known.map(({ id }) => id as string);
  const near = suggest(name, ids) || `there are ${ids.slice(0, 5).join(', ')}`;
  return new UserError('run.unknown', `no run is called "${name}"; ${near}`, 'see: troupe ps');
}

function slug(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return plain.replace(/^-+|-+$/g, '').slice(0, 40) || 'run';
}

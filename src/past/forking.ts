/** Makes a new run of a moment of another one, with a change; the other one is only read. */

import { orchestratorAddress } from '../../machines/ids.ts';
import type { PlanAmendment } from '../../machines/plan.ts';
import type { Config } from '../config.ts';
import { readVersion } from '../config.ts';
import { FileJournal } from '../journal/file.ts';
import { hasJournal } from '../journal/pages.ts';
import { type History, readHistory } from '../journal/reading.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Core } from '../kernel/core.ts';
import type { Input } from '../kernel/input.ts';
import type { StoredSystem } from '../kernel/log.ts';
import { storeCore } from '../kernel/persist.ts';
import type { Random } from '../kernel/random.ts';
import { UserError } from '../kernel/user-error.ts';
import { refuseOthers, versionsOf } from '../kernel/versions.ts';
import { changePlan, type Setting } from '../plan/change.ts';
import { resolveInputs } from '../plan/inputs.ts';
import type { Plan } from '../plan/plan.ts';
import { suggest } from '../plan/problems/nearest.ts';
import { usesWorktree } from '../plan/workspaces.ts';
import {
  draftRunFolder,
  findRun,
  placeOrder,
  type RunFolder,
  type RunOrder,
  readOrder,
} from '../runs/folder.ts';
import { amendmentFor } from '../runs/fork.ts';
import { inherit } from '../runs/inheritance.ts';
import { type Goal, isOpen, type Landmarks, walk } from '../runs/landmarks.ts';
import { runMachines } from '../runs/launch.ts';
import { coreFrom } from './standing.ts';

/** From which moment on it goes its own way: left out, the last at which there was work to do. */
export type Moment =
  | { readonly at?: number }
  /** When this task first got an agent, which has not begun yet: the attempt is made anew. */
  | { readonly before: string };

export type ForkOptions = Moment & {
  /** Changes of the plan, in the words of its document. */
  readonly set?: readonly Setting[];
  /** Other values for inputs of the plan. */
  readonly inputs?: Readonly<Record<string, string>>;
};

export interface Forked {
  readonly folder: RunFolder;
  readonly run: string;
  readonly n: number;
}

export interface ForkWorld {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
}

/** The new run is whole and on disk when this resolves; nobody works on it yet. */
export async function makeFork(
  world: ForkWorld,
  name: string,
  options: ForkOptions,
): Promise<Forked> {
  const parent = await findRun(world.config.home, name);
  const before = await readOrder(parent);
  const { core, landmarks } = standAt(parent, before, options);
  const order = orderOf(world, before, options, { run: parent.id, n: core.n });
  const change = { before: before.plan, after: order.plan };
  const amendment = amendmentFor(core, change, landmarks);
  const folder = draftRunFolder(world.config.home, order, world.random);
  await inherit(parent, folder, core);
  await writeJournal(world, folder, order, core, amendment);
  placeOrder(folder, order);
  return { folder, run: parent.id, n: core.n };
}

function orderOf(
  { clock }: ForkWorld,
  before: RunOrder,
  { set = [], inputs = {} }: ForkOptions,
  forkedFrom: { readonly run: string; readonly n: number },
): RunOrder {
  const plan = changePlan(before.plan, set);
  if (!before.base && plan.tasks.some(usesWorktree)) throw noRepository();
  const given = resolveInputs(plan, { ...before.inputs, ...inputs });
  const [version, orderedAt] = [readVersion(), clock.now()];
  return { ...before, plan, inputs: given, version, orderedAt, forkedFrom };
}

interface Standing {
  readonly core: Core;
  readonly landmarks: Landmarks;
}

/** The system as it was at that moment. */
function standAt(parent: RunFolder, { plan }: RunOrder, options: ForkOptions): Standing {
  const stands = 'before' in options ? standBefore(parent, plan, options.before) : null;
  const { core, landmarks } = stands ?? standOn(parent, 'at' in options ? options.at : undefined);
  if (!isOpen(core)) throw nothingLeft(parent, core.n, landmarks);
  return { core, landmarks };
}

function standBefore(parent: RunFolder, { tasks }: Plan, task: string): Standing {
  const known = tasks.map(({ id }) => id);
  if (!known.includes(task)) throw unknownTask(parent.id, task, known);
  const standing = stand(parent, { begun: task });
  if (standing.landmarks.begun.has(task)) return standing;
  const message = `${task} never got an agent: there is no moment before it`;
  throw new UserError('fork.no-such-moment', message, 'leave --before out, or say --at N');
}

function standOn(parent: RunFolder, at: number | undefined): Standing {
  const standing = stand(parent, at === undefined ? {} : { at });
  const { core, landmarks, base } = standing;
  // An end has nothing to go on with: what is meant is the last moment that has.
  if (at === undefined) {
    const isEnd = !isOpen(core) && landmarks.lastOpen > 0;
    return isEnd ? stand(parent, { at: landmarks.lastOpen }) : standing;
  }
  const first = base?.n ?? 0;
  if (at > 0 && at < first) throw pastGone(parent, at, first);
  if (at >= 1 && at === core.n) return standing;
  throw new UserError(
    'fork.no-such-moment',
    `${parent.id} has no input ${at}: it has those from 1 to ${stand(parent, {}).core.n}`,
    'see what happened when: troupe replay RUN --to N; or fork --before TASK',
  );
}

function stand(folder: RunFolder, goal: Goal): Standing & Pick<History, 'base'> {
  if (!hasJournal(folder.path)) throw notBegun(folder);
  const { header, base, inputs } = readHistory(folder.path);
  refuseOthers(runMachines, header.about);
  const core = coreFrom(base);
  return { core, landmarks: walk(core, inputs, goal), base };
}

/** The journal of the new run: where it stands, the time that does not count, and the change. */
async function writeJournal(
  { clock, config }: ForkWorld,
  folder: RunFolder,
  order: RunOrder,
  core: Core,
  amendment: PlanAmendment | null,
): Promise<void> {
  const system: StoredSystem = { n: core.n, core: storeCore(core) };
  const about = { run: folder.id, version: order.version, machines: versionsOf(runMachines) };
  const { forkedFrom } = order;
  const beginning = { system, ...(forkedFrom ? { forkedFrom } : {}) };
  const log = await FileJournal.open(folder.path, { about, beginning });
  try {
    const at = Math.max(clock.now(), core.at);
    const inputs: readonly Input[] = [
      { kind: 'pause', forMs: at - core.at },
      ...(amendment ? [requestOf(amendment, config.user)] : []),
    ];
    for (const [index, input] of inputs.entries()) {
      log.append({ n: core.n + 1 + index, at, input, performed: core.n });
    }
    await log.flush();
  } finally {
    await log.close();
  }
}

function requestOf(amendment: PlanAmendment, by: string): Input {
  const event = { type: 'plan.amend', amendment, by } as const;
  return { kind: 'event', to: orchestratorAddress, event, by };
}

function noRepository(): UserError {
  const message = 'no task of this run has a worktree: it has no commit to start them from';
  const hint = 'begin a new run with the changed plan: troupe run PLAN';
  return new UserError('fork.no-repository', message, hint);
}

function unknownTask(run: string, task: string, known: readonly string[]): UserError {
  const message = `no task is called "${task}"; ${suggest(task, known)}`;
  return new UserError('task.unknown', message, `see its tasks: troupe ps ${run}`);
}

function nothingLeft({ id }: RunFolder, n: number, { lastOpen }: Landmarks): UserError {
  const hint = lastOpen > 0 ? `the last moment to fork it is --at ${lastOpen}` : 'begin a new run';
  return new UserError('fork.over', `${id} had nothing left to do at input ${n}`, hint);
}

function pastGone({ id }: RunFolder, n: number, first: number): UserError {
  const message = `what ${id} was before input ${first} is gone: it can't be forked at ${n}`;
  return new UserError('fork.past-gone', message, `fork it at ${first} or later`);
}

function notBegun({ id }: RunFolder): UserError {
  const message = `${id} has not begun: there is nothing to fork`;
  return new UserError('fork.no-such-moment', message, `begin it: troupe resume ${id}`);
}

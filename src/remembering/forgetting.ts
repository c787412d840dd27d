/**
 * Forgets tasks everywhere we keep something of them: in memory, in conversations, in documents.
 *
 * Invariant: memory itself is the last to forget. Whoever is killed meanwhile finds what is left by
 * the same words, and the mark in the run's folder, which is the first, lets nothing come back.
 */

import { runId } from '../../machines/ids.ts';
import { type Copy, copiesOf, eraseCopy } from '../conversations/erasing.ts';
import type { History } from '../conversations/history.ts';
import type { Archive } from '../documents/archive.ts';
import { listRuns, runFolder } from '../runs/folder.ts';
import { noteForgotten } from '../runs/forgotten.ts';
import type { Forgettable, Trail } from './trail.ts';

export interface ForgettingWorld {
  readonly home: string;
  /** Memory alone. */
  readonly desk: {
    meant(words: string): Promise<readonly Forgettable[]>;
    named(names: readonly Named[]): Promise<readonly Forgettable[]>;
    forget(ids: readonly number[]): Promise<number>;
  };
  readonly history: History;
  readonly archive: Archive;
}

interface Named {
  readonly run: string;
  readonly task: string;
}

const keyOf = (run: string, task: string): string => JSON.stringify([run, task]);

/** Tasks by `RUN/TASK`, by a run, or by words that stand in anything we keep of them. */
export async function trailsOf(world: ForgettingWorld, words: string): Promise<readonly Trail[]> {
  const known = await world.desk.meant(words);
  const elsewhere = await tasksElsewhere(world, words.trim());
  // Memory may know them by words that are not these.
  const all = [...known, ...(elsewhere.length === 0 ? [] : await world.desk.named(elsewhere))];
  const remembered = new Map(all.map((each) => [keyOf(each.run_id, each.task_id), each]));
  const keys = new Set([
    ...remembered.keys(),
    ...elsewhere.map(({ run, task }) => keyOf(run, task)),
  ]);
  const isMeant = (run: string, task: string): boolean => keys.has(keyOf(run, task));
  const copies = await copiesOf(world.home, isMeant);
  const documents = world.archive.madeBy(isMeant);
  return [...keys].map((key) => {
    const [run, task] = JSON.parse(key) as [string, string];
    const own = copies.filter((each) => each.run === run && each.task === task);
    const made = documents.filter((each) => each.run === run && each.task === task);
    return {
      ...{ run_id: run, task_id: task, ...memoryOf(remembered.get(key)) },
      conversations: idsOf(own, 'over'),
      alive: idsOf(own, 'alive'),
      documents: made.map(({ name, version }) => `${name}@${version}`),
    };
  });
}

/** Answers how many tasks. */
export async function forgetTrails(
  { home, desk, archive }: ForgettingWorld,
  trails: readonly Trail[],
): Promise<number> {
  for (const run of new Set(trails.map((trail) => trail.run_id))) {
    const tasks = trails.flatMap((trail) => (trail.run_id === run ? [trail.task_id] : []));
    noteForgotten(runFolder(home, runId(run)), tasks);
  }
  const keys = new Set(trails.map((trail) => keyOf(trail.run_id, trail.task_id)));
  const isMeant = (run: string, task: string): boolean => keys.has(keyOf(run, task));
  archive.forget(isMeant);
  for (const copy of await copiesOf(home, isMeant)) if (copy.state === 'over') eraseCopy(copy);
  const ids = trails.flatMap(({ id }) => (id === null ? [] : [id]));
  if (ids.length > 0) await desk.forget(ids);
  return trails.length;
}

/** That memory does not know, or knows by other words. */
async function tasksElsewhere(world: ForgettingWorld, words: string): Promise<readonly Named[]> {
  const [run = '', ...rest] = words.split('/');
  const task = rest.join('/');
  const runs = await listRuns(world.home);
  const isRun = runs.some(({ id }) => id === run) || world.archive.madeBy((id) => id === run)[0];
  if (isRun) {
    const isMeant = (id: string, of: string): boolean => id === run && (!task || of === task);
    const [held, made] = [await copiesOf(world.home, isMeant), world.archive.madeBy(isMeant)];
    return [...held, ...made].map((each) => ({ run: each.run, task: each.task }));
  }
  const talks = await world.history.list({ last: Number.POSITIVE_INFINITY, grep: words });
  const said = talks.map(({ heading }) => ({ run: heading.run, task: heading.task }));
  return [...said, ...(await world.archive.holding(words))];
}

const idsOf = (copies: readonly Copy[], state: Copy['state']): readonly string[] => [
  ...new Set(copies.filter((copy) => copy.state === state).map(({ id }) => id)),
];

function memoryOf(known: Forgettable | undefined): Pick<Trail, 'id' | 'prompt' | 'finished_at'> {
  if (!known) return { id: null, prompt: '', finished_at: null };
  return { id: known.id, prompt: known.prompt, finished_at: known.finished_at };
}

/**
 * How a run takes in tasks that a person adds while it goes on.
 *
 * Invariants:
 * - whoever has not ended and is needed by a newcomer tells it of its end: both are said in the
 *   same input, so that nobody settles between them;
 * - in waves a newcomer belongs to the wave that is open, or to a later one that it needs: a wave
 *   is never kept open by what a later one must do first.
 */
import type { Fact, Newcomer, TroupeEvent } from '../events.ts';
import { orchestratorAddress, type TaskId, taskAddress } from '../ids.ts';
import type { Message, SpawnWish } from '../messages.ts';
import type { OrchestratorContext, Patch } from './orchestration.ts';
import type { Waves } from './waves.ts';

type Extend = TroupeEvent & { type: 'plan.extend' };
type Books = Pick<OrchestratorContext, 'mode' | 'waves' | 'tasks' | 'unsettled'>;

function waveOf({ mode, waves }: Books, { spec }: Newcomer): number {
  return mode === 'waves' ? Math.max(waves.open, spec.wave) : spec.wave;
}

const isLater = (books: Books, newcomer: Newcomer): boolean =>
  books.mode === 'waves' && waveOf(books, newcomer) > books.waves.open;

/** Their place behind all that are there makes their order unique. */
export function births(books: Books, { tasks, seed }: Extend): { wishes: SpawnWish[] } {
  const wishes = tasks.map((newcomer, at): SpawnWish => {
    const wave = waveOf(books, newcomer);
    const spec = { ...newcomer.spec, wave, order: books.tasks.length + at };
    const open = newcomer.awaits.length + (isLater(books, newcomer) ? 1 : 0);
    const address = taskAddress(spec.id);
    return {
      machine: 'task',
      address,
      input: { spec, open, seed },
      supervisor: orchestratorAddress,
    };
  });
  return { wishes };
}

export function extended(books: Books, { tasks }: Extend): Patch {
  return {
    tasks: [...books.tasks, ...tasks.map(({ spec }) => spec.id)],
    unsettled: books.unsettled + tasks.length,
    waves: books.mode === 'waves' ? tasks.reduce(joined(books), books.waves) : books.waves,
  };
}

const joined =
  (books: Books) =>
  (waves: Waves, newcomer: Newcomer): Waves => {
    if (!isLater(books, newcomer)) return { ...waves, unsettled: waves.unsettled + 1 };
    const wave = waveOf(books, newcomer);
    const members = waves.members.map((ids, at) =>
      at === wave ? [...ids, newcomer.spec.id] : ids,
    );
    return { ...waves, members };
  };

/** To those that are there already; newcomers know each other. */
export function precedences({ tasks }: Extend): { messages: Message[] } {
  const fresh = new Set<TaskId>(tasks.map(({ spec }) => spec.id));
  const messages = tasks.flatMap(({ spec: { id: task }, awaits }): Message[] => {
    const to = awaits.filter((need) => !fresh.has(need)).map(taskAddress);
    return to.length === 0 ? [] : [{ to, event: { type: 'task.precede', task } }];
  });
  return { messages };
}

export function extendedFact({ tasks, by }: Extend): Fact {
  return { type: 'plan.extended', by, tasks: tasks.map(({ spec }) => spec.id) };
}

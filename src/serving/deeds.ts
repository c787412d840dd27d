/** What a person wants done to a run, in the words that runs understand. */
import { assertNever } from '../../machines/errors.ts';
import { lastNote, noteOfPerson } from '../handoff/note.ts';
import { UserError } from '../kernel/user-error.ts';
import type { ControlRequest } from '../runs/control.ts';
import { takeoverDefaultMs } from '../runs/holding.ts';
import type { Board } from './board.ts';
import type { Deed } from './wire.ts';

/** Those that are no message to the run are the house's own. */
export type Request = Exclude<Deed, { readonly type: 'resume' | 'stop' }>;

export function requestFor(deed: Request, by: string, board: Board): ControlRequest {
  switch (deed.type) {
    case 'pause':
      return { type: 'run.limit', concurrency: 0, by };
    case 'continue':
      return { type: 'run.limit', concurrency: deed.concurrency ?? board.concurrencyBefore, by };
    case 'limit':
      return limit(deed, by);
    case 'cancel': {
      const reason = deed.reason ?? `called off by ${by}`;
      return {
        type: 'run.cancel',
        reason,
        ...(deed.task === undefined ? {} : { task: deed.task }),
      };
    }
    case 'skip':
      return { type: 'task.skip', task: deed.task, by };
    case 'add':
      return { type: 'task.add', text: deed.tasks, file: 'tasks.yaml', by };
    case 'retry':
      return { type: 'task.hasten', task: deed.task, by };
    case 'approve':
      return { type: 'task.approve', task: deed.task, by };
    case 'reject':
      return { type: 'task.reject', task: deed.task, by };
    case 'take':
      return { type: 'task.take', task: deed.task, by, withinMs: takeoverDefaultMs };
    case 'hand-back': {
      const { task, work } = deed;
      const note = work === 'done' ? lastNote(by, deed.note) : noteOfPerson(deed.note);
      return { type: 'task.return', task, by, note, work };
    }
    case 'tell':
      return { type: 'agent.tell', agent: deed.agent, text: deed.text, from: by };
    default:
      return assertNever(deed);
  }
}

function limit({ concurrency, budgetUsd }: Deed & { type: 'limit' }, by: string): ControlRequest {
  if (concurrency === undefined && budgetUsd === undefined) {
    throw new UserError('limit.nothing', 'no limit is named', 'name "concurrency" or "budgetUsd"');
  }
  const wide = concurrency === undefined ? {} : { concurrency };
  return { type: 'run.limit', ...wide, ...(budgetUsd === undefined ? {} : { budgetUsd }), by };
}

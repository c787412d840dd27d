/** What becomes of a file of the inbox: an entry, the answer that is there, or a refusal. */
import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import { UserError } from '../kernel/user-error.ts';
import { reserveRun } from '../runs/folder.ts';
import { refusal } from './answers.ts';
import type { Receiver, Verdict } from './inbox.ts';
import type { Ledger } from './ledger.ts';
import type { Outbox } from './outbox.ts';
import { type Asked, hashOf, readTask, stemOf } from './task-file.ts';
import { roleFor } from './task-plan.ts';

export interface ReceptionParts {
  readonly home: string;
  readonly ledger: Ledger;
  readonly outbox: Outbox;
  /** The roles of `troupe.yaml`. */
  readonly roles: readonly string[];
  /** Who works on what names nobody. */
  readonly agent: string | null;
  readonly clock: Clock;
  readonly random: Random;
}

export class Reception implements Receiver {
  readonly #parts: ReceptionParts;

  constructor(parts: ReceptionParts) {
    this.#parts = parts;
  }

  take(text: string, name: string): Verdict {
    const { ledger, roles } = this.#parts;
    let asked: Asked;
    try {
      asked = this.#staffed(readTask(text, name, roles), name);
    } catch (error) {
      return this.refuse(name, idIn(text) ?? stemOf(name), error);
    }
    const known = ledger.findOpen(asked.id) ?? ledger.findDone(asked.id);
    if (known) return this.#again(asked, name);
    if (ledger.isFull) return 'later';
    this.#add(asked);
    return 'taken';
  }

  refuse(name: string, id: string, error: unknown): 'refused' {
    const { ledger, outbox } = this.#parts;
    const isTaken = Boolean(ledger.findOpen(id) ?? ledger.findDone(id));
    outbox.refuse(stemOf(name), refusal(id, error), isTaken);
    return 'refused';
  }

  #add(asked: Asked): void {
    const { home, ledger, clock, random } = this.#parts;
    ledger.add({
      key: asked.id,
      from: { kind: 'inbox', hash: hashOf(asked) },
      work: { kind: 'task', asked },
      priority: asked.priority,
      takenAt: clock.now(),
      run: reserveRun(home, asked.id, random),
    });
  }

  /** The same words again are the same task: whoever has lost its answer gets it once more. */
  #again(asked: Asked, name: string): Verdict {
    const { ledger, outbox } = this.#parts;
    const open = ledger.findOpen(asked.id);
    const done = open ? null : ledger.findDone(asked.id);
    const before = open ?? done?.entry;
    const isSame = before?.from.kind === 'inbox' && before.from.hash === hashOf(asked);
    if (!isSame) return this.refuse(name, asked.id, idTaken(name, asked.id));
    if (done) outbox.write(done.answer);
    return 'taken';
  }

  #staffed(asked: Asked, name: string): Asked {
    const { agent, roles } = this.#parts;
    return { ...asked, agent: roleFor(name, asked.agent ?? agent, roles) };
  }
}

function idTaken(name: string, id: string): UserError {
  const message = `${name}: another task has the id "${id}"; its words were others`;
  return new UserError('task.id-taken', message, 'give each task an id of its own');
}

/** Of a file with mistakes: whoever wrote it looks for the answer by this name. */
function idIn(text: string): string | null {
  try {
    const { id } = (JSON.parse(text) ?? {}) as { readonly id?: unknown };
    return typeof id === 'string' && /^[\w][\w.-]{0,99}$/.test(id) ? id : null;
  } catch {
    return null;
  }
}

/** A run at any moment of its past, as frames: beside its board, which goes on with the present. */
import type { Actor } from '../kernel/actor.ts';
import type { Core } from '../kernel/core.ts';
import { UserError } from '../kernel/user-error.ts';
import { pastOf } from '../past/rewind.ts';
import type { RunFolder } from '../runs/folder.ts';
import { Timeline } from '../runs/timeline.ts';
import type { Board } from './board.ts';
import { headOf } from './head.ts';
import { lookAt } from './look.ts';
import { actorRow } from './rows.ts';
import type { ActorLook, ActorRow, RunFrame } from './wire.ts';

/** Of the facts before a moment, how many its frame holds. */
const factsMax = 300;

export class Past {
  readonly #board: Board;
  readonly #timeline: Timeline;

  constructor(folder: RunFolder, board: Board) {
    this.#board = board;
    this.#timeline = new Timeline(pastOf(folder));
  }

  frame(n: number): RunFrame {
    const core = this.#goTo(n);
    const actors = everybody(core).map((actor) => this.#row(actor, core));
    const around = {
      life: 'nobody',
      total: this.#board.shape.tasks.length,
      firstN: this.#timeline.first,
      begunAt: this.#timeline.begunAt ?? 0,
    } as const;
    return {
      kind: 'whole',
      run: this.#board.run,
      moment: core.n,
      since: 0,
      head: headOf(core, actors, around),
      actors,
      gone: [],
      facts: this.#board.factsBetween(0, core.n).slice(-factsMax),
      bars: [],
      spend: [],
    };
  }

  look(address: string, n: number): ActorLook {
    const core = this.#goTo(n);
    const steps = this.#board.stepsUpTo(address, core.n);
    return lookAt(core, { run: this.#board.run, address, moment: core.n, steps });
  }

  close(): void {
    this.#timeline.close();
  }

  #row(actor: Actor, core: Core): ActorRow {
    const steps = this.#board.stepsUpTo(actor.address, core.n);
    const moved = steps.findLast(({ from, to }) => from !== to);
    return actorRow(actor, moved?.at ?? core.at);
  }

  #goTo(n: number): Core {
    if (n < this.#timeline.first) throw gone(this.#board.run, this.#timeline.first);
    this.#timeline.goTo(n);
    return this.#timeline.core;
  }
}

const everybody = ({ registry }: Core): readonly Actor[] => [
  ...registry.living(),
  ...registry.ended(),
];

function gone(run: string, first: number): UserError {
  const message = `what ${run} was before input ${first} is no longer there`;
  return new UserError('run.past-lost', message, `its moments begin at input ${first}`);
}

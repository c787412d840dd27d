/**
 * A task's machine as a table: every place it can be in, and where each stimulus takes it. Made by
 * stepping the machine itself, so that whatever the machine learns is in the table, too.
 */
import type { AnyStateMachine } from 'xstate';
import { assert } from '../../../machines/errors.ts';
import type { TaskSpec } from '../../../machines/plan.ts';
import { keyOf, Mover, type Place } from './place.ts';
import { distinct, quotient } from './quotient.ts';
import type { Ability, Stimulus } from './stimuli.ts';
import * as stimuli from './stimuli.ts';
import { type Move, over, type TableRow, type TaskTable } from './table.ts';

/** More places than this are no abstraction any more. */
export const placesMax = 65_535;

export function tabulate(
  machine: AnyStateMachine,
  spec: TaskSpec,
  open: number,
  ability: Ability,
): TaskTable {
  return new Tabulator(machine, ability, spec.role).table(spec, open);
}

class Tabulator {
  readonly #mover: Mover;
  readonly #ability: Ability;
  readonly #role: string;
  readonly #places: Place[] = [];
  readonly #indexOf = new Map<string, number>();

  constructor(machine: AnyStateMachine, ability: Ability, role: string) {
    this.#mover = new Mover(machine);
    this.#ability = ability;
    this.#role = role;
  }

  table(spec: TaskSpec, open: number): TaskTable {
    const rows: TableRow[] = [ended];
    const first = this.#add(this.#mover.birth(spec, open));
    for (let at = 0; at < this.#places.length; at += 1) rows.push(this.#row(this.#places[at]));
    return quotient({ rows, first, indexOf: this.#indexOf });
  }

  #add(place: Place): number {
    if (place.settled !== null) return over;
    const key = keyOf(place);
    const known = this.#indexOf.get(key);
    if (known !== undefined) return known;
    const index = this.#places.push(place);
    assert(index <= placesMax, 'a task has more places than can be told apart');
    this.#indexOf.set(key, index);
    return index;
  }

  #row(place: Place | undefined): TableRow {
    assert(place, 'a row of the table is a place');
    const { wants, holds } = place;
    const own = this.#add(place);
    const offered = stimuli.stimuliAt(place, this.#ability);
    const moves = offered.map((stimulus) => this.#move(place, stimulus));
    return {
      moves: distinct(moves.filter(({ to }) => to !== own)),
      met: this.#move(place, driven('dependency.settled (succeeded)', stimuli.metNeed)),
      unmet: this.#move(place, driven('dependency.settled (not succeeded)', stimuli.unmetNeed)),
      admitted: this.#move(place, driven('wave.opened', stimuli.admitted)),
      cancelled: this.#move(place, driven('task.cancel', stimuli.cancel)),
      wants: wants?.role ?? null,
      holds: holds?.role ?? null,
      isManned: holds?.isManned ?? false,
      avoided: this.#avoided(place),
      name: nameOf(place.state.at.value),
    };
  }

  /** The agent that did the work is of its own role, and those who have judged of the other. */
  #avoided({ wants }: Place): number {
    if (!wants || wants.avoid.length === 0) return 0;
    return wants.role === this.#role ? wants.avoid.length : wants.avoid.length - 1;
  }

  /** An idle agent begins at once: being assigned and having started are one step. */
  #move(place: Place, stimulus: Stimulus): Move {
    const stepped = this.#mover.step(place, stimulus.event);
    const begun = stimulus.kind === 'assign' ? this.#mover.step(stepped, stimuli.started) : stepped;
    return { stimulus, to: this.#add(begun), settles: begun.settled };
  }
}

function driven(name: string, event: Stimulus['event']): Stimulus {
  return { name, from: 'task', force: 'must', kind: 'other', event };
}

const nothing: Move = { stimulus: driven('', stimuli.metNeed), to: over, settles: null };
const ended: TableRow = {
  ...{ moves: [], met: nothing, unmet: nothing, admitted: nothing, cancelled: nothing },
  ...{ wants: null, holds: null, isManned: false, avoided: 0, name: 'over' },
};

function nameOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[outer, inner] = ['', '']] = Object.entries(value as Record<string, unknown>);
  return `${outer}.${nameOf(inner)}`;
}

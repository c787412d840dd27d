/**
 * All tasks of a plan together: what can happen next, and what follows from it for the others.
 *
 * A state is one cell a task. Agents have no cells: of a role that is not given up, an agent always
 * comes back (a property of `supervisor` and `agent` by themselves, see the tests), and whoever
 * waits may find none for as long as it likes, or learn that the role is lost. That is more than
 * can really happen, so that what holds here holds of every run.
 *
 * Owns: the cells of the state it stands in.
 */
import { assert } from '../../../machines/errors.ts';
import type { Told } from '../../../machines/events.ts';
import { isMet } from '../../../machines/rules/needs.ts';
import { type Move, over, type TableRow } from './table.ts';
import { type Member, roleIn, type Team } from './team.ts';

/** One thing that happens: to a member, by a move of its table. */
export interface Happening {
  readonly member: number;
  readonly move: Move;
}

/** What follows for others, told on demand; `by`: the member that causes it, -1 for nobody. */
export type Listener = (member: number, move: Move, by: number) => void;

/** A row of a member's table, flat. */
interface Row extends TableRow {
  readonly wantsRole: number;
  readonly holdsRole: number;
  readonly canMove: boolean;
}

const nobody = -1;

export class Product {
  readonly team: Team;
  readonly cells: Uint8Array | Uint16Array;
  /** The same memory, in words. */
  readonly words: Int32Array;
  readonly #rows: readonly (readonly Row[])[];
  /** Slots of each role that are taken, and agents that are at work. */
  readonly #held: Int32Array;
  readonly #manned: Int32Array;
  readonly #waves: readonly (readonly number[])[];
  readonly #waveOf: readonly number[];
  #underWay = 0;
  #listen: Listener | null = null;

  constructor(team: Team) {
    this.team = team;
    const { members } = team;
    this.#rows = members.map((member) => rowsOf(member, team));
    const largest = this.#rows.reduce((most, rows) => Math.max(most, rows.length), 0);
    const bytes = largest <= 256 ? members.length : members.length * 2;
    const buffer = new ArrayBuffer(Math.ceil(bytes / 4) * 4);
    this.cells = largest <= 256 ? new Uint8Array(buffer) : new Uint16Array(buffer);
    this.words = new Int32Array(buffer);
    this.#held = new Int32Array(team.slots.length);
    this.#manned = new Int32Array(team.slots.length);
    this.#waveOf = members.map(({ spec }) => spec.wave);
    this.#waves = team.plan.mode === 'waves' ? wavesOf(members) : [];
  }

  /** Stands at the beginning. */
  begin(): void {
    for (const [at, { table }] of this.team.members.entries()) this.cells[at] = table.first;
    if (this.#waves.length > 0) this.#admit(0);
  }

  /** Of a member, where it stands. */
  rowOf(member: number): TableRow {
    return this.#row(member);
  }

  isOver(): boolean {
    const { length } = this.team.members;
    for (let at = 0; at < length; at += 1) if (this.cells[at] !== over) return false;
    return true;
  }

  /** To be called once a state is stood in, before `movesOf`. */
  count(): void {
    const { cells } = this;
    const { length } = this.team.members;
    this.#held.fill(0);
    this.#manned.fill(0);
    this.#underWay = 0;
    for (let at = 0; at < length; at += 1) {
      const { holdsRole, isManned } = (this.#rows[at] as Row[])[cells[at] as number] as Row;
      if (holdsRole < 0) continue;
      if (isManned) this.#manned[holdsRole] = (this.#manned[holdsRole] as number) + 1;
      this.#held[holdsRole] = (this.#held[holdsRole] as number) + 1;
      this.#underWay += 1;
    }
  }

  /** Whether an agent can be found for it, now. */
  canAssign(member: number): boolean {
    const { wantsRole, avoided } = this.#row(member);
    const { plan, slots, agents } = this.team;
    if (wantsRole < 0 || this.#underWay >= plan.concurrency) return false;
    const isFree = (this.#held[wantsRole] as number) < (slots[wantsRole] as number);
    const others = (agents[wantsRole] as number) - (this.#manned[wantsRole] as number);
    return isFree && others > 0 && avoided < (agents[wantsRole] as number);
  }

  movesOf(member: number): readonly Move[] {
    return this.#row(member).moves;
  }

  isPossible(member: number, { stimulus }: Move): boolean {
    return stimulus.kind === 'other' || this.canAssign(member);
  }

  /** Whether it goes on by itself, whatever others do: nothing it needs is in anybody's hands. */
  isInFlight(member: number): boolean {
    const { canMove, wantsRole } = this.#row(member);
    return canMove && wantsRole < 0;
  }

  /** Lets it happen, with all that follows at once. */
  take(member: number, move: Move, listen: Listener | null = null): void {
    this.#listen = listen;
    const wave = move.settles === null ? -1 : this.#openWave();
    this.#go(member, move, nobody);
    if (move.settles === null) return;
    const isHalted = move.settles === 'failed' && this.team.plan.onFailure === 'stop';
    if (isHalted) this.#halt();
    const next = this.#openWave();
    if (next > wave && next < this.#waves.length) this.#admit(next);
  }

  #go(member: number, move: Move, by: number): void {
    this.cells[member] = move.to;
    this.#listen?.(member, move, by);
    if (move.settles !== null) this.#tellDependants(member, move.settles);
  }

  #tellDependants(member: number, status: Told): void {
    for (const other of (this.team.members[member] as Member).dependants) {
      if (this.cells[other] === over) continue;
      const { met, unmet } = this.#row(other);
      this.#go(other, isMet(status) ? met : unmet, member);
    }
  }

  #halt(): void {
    for (const at of this.team.members.keys()) {
      if (this.cells[at] !== over) this.#go(at, this.#row(at).cancelled, nobody);
    }
  }

  /** The first wave with a task that has not settled; none when waves don't matter. */
  #openWave(): number {
    if (this.#waves.length === 0) return -1;
    let open = this.#waves.length;
    for (let at = 0; at < this.#waveOf.length; at += 1) {
      if (this.cells[at] !== over) open = Math.min(open, this.#waveOf[at] as number);
    }
    return open;
  }

  #admit(wave: number): void {
    for (const member of this.#waves[wave] ?? []) {
      if (this.cells[member] !== over) this.#go(member, this.#row(member).admitted, nobody);
    }
  }

  #row(member: number): Row {
    return (this.#rows[member] as Row[])[this.cells[member] as number] as Row;
  }
}

function rowsOf(member: Member, { plan }: Team): readonly Row[] {
  return member.table.rows.map((row) => ({
    ...row,
    wantsRole: roleIn(member, row.wants, plan),
    holdsRole: roleIn(member, row.holds, plan),
    canMove: row.moves.some(({ stimulus }) => stimulus.force === 'must'),
  }));
}

function wavesOf(members: readonly Member[]): readonly (readonly number[])[] {
  const waves: number[][] = [];
  for (const [at, { spec }] of members.entries()) {
    waves[spec.wave] ??= [];
    waves[spec.wave]?.push(at);
  }
  assert(!waves.includes(undefined as never), 'a wave has no tasks');
  return waves;
}

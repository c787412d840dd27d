/** Follows a real team step by step, and finds in the model what has just happened to it. */
import { type Address, taskAddress } from '../../../machines/ids.ts';
import { taskMachine } from '../../../machines/index.ts';
import type { PlanSpec } from '../../../machines/plan.ts';
import { readiness, type TaskContext } from '../../../machines/rules/attempt.ts';
import type { Actor } from '../../../src/kernel/actor.ts';
import type { Core } from '../../../src/kernel/core.ts';
import { keyOf, type Place } from '../../../src/verify/model/place.ts';
import { type Happening, Product } from '../../../src/verify/model/product.ts';
import { able } from '../../../src/verify/model/stimuli.ts';
import { over } from '../../../src/verify/model/table.ts';
import { type Member, type Team, teamOf } from '../../../src/verify/model/team.ts';

/** More steps than this for one input are no explanation. */
const stepsMax = 60;

export class Shadow {
  readonly #product: Product;
  readonly #team: Team;
  /** What it could not explain. */
  readonly complaints: string[] = [];
  /** Inputs that changed something, and were explained. */
  explained = 0;

  constructor(plan: PlanSpec) {
    this.#team = teamOf(taskMachine, plan, () => ({ ...able, money: 'maybe' }));
    this.#product = new Product(this.#team);
    this.#product.begin();
  }

  /** Sees the team when its mailboxes are empty. */
  look(core: Core): void {
    const goal = this.#team.members.map((member) => cellOf(core, member));
    const unknown = goal.indexOf(null);
    if (unknown >= 0) {
      const id = this.#team.members[unknown]?.spec.id;
      this.complaints.push(`input ${core.n}: ${id} is where no table knows a place`);
      return;
    }
    const before = this.#product.words.slice();
    const cells = goal.map((cell) => cell ?? over);
    if (this.#differing(cells).length === 0) return;
    if (this.#reach(cells, stepsMax)) this.explained += 1;
    else {
      this.#product.words.set(before);
      this.complaints.push(`input ${core.n}: ${this.#tell(cells)}`);
      for (const [at, cell] of cells.entries()) this.#product.cells[at] = cell;
    }
  }

  #differing(goal: readonly number[]): readonly number[] {
    return goal.flatMap((cell, at) => (this.#product.cells[at] === cell ? [] : [at]));
  }

  /** Moves of tasks that stand elsewhere than they should, those first that bring them there. */
  #reach(goal: readonly number[], stepsLeft: number): boolean {
    const differing = this.#differing(goal);
    if (differing.length === 0) return true;
    if (stepsLeft === 0) return false;
    const from = this.#product.words.slice();
    for (const { member, move } of this.#candidates(goal, differing)) {
      this.#product.take(member, move);
      const isNearer = this.#product.cells[member] === goal[member];
      if (this.#reach(goal, isNearer ? stepsLeft - 1 : Math.min(stepsLeft - 1, 3))) return true;
      this.#product.words.set(from);
    }
    return false;
  }

  #candidates(goal: readonly number[], differing: readonly number[]): readonly Happening[] {
    this.#product.count();
    const all = differing.flatMap((member) =>
      this.#product
        .movesOf(member)
        .filter((move) => this.#product.isPossible(member, move))
        .map((move) => ({ member, move })),
    );
    const isDirect = ({ member, move }: Happening): boolean => move.to === goal[member];
    return [...all.filter(isDirect), ...all.filter((each) => !isDirect(each))];
  }

  #tell(goal: readonly number[]): string {
    const { members } = this.#team;
    const rows = this.#differing(goal).map((at) => {
      const to = members[at]?.table.rows[goal[at] ?? 0]?.name;
      return `${members[at]?.spec.id} goes from ${this.#product.rowOf(at).name} to ${to}`;
    });
    return rows.join(', ');
  }
}

/** Null: the table knows no such place. */
function cellOf(core: Core, { spec, table }: Member): number | null {
  const actor = core.registry.lookUp(taskAddress(spec.id) as Address);
  if (!actor) throw new TypeError(`${spec.id} was never born`);
  if (actor.state.status === 'done') return over;
  const context = actor.state.context as TaskContext;
  const isReviewed = context.review.stage === 'open';
  const role = isReviewed && spec.review?.role !== spec.role ? 'others' : 'own';
  const as = isReviewed ? 'reviewer' : 'worker';
  const counters = { attempt: 0, pauses: 0, costUsd: 0, evidence: [], earlier: null, prefer: null };
  const place: Place = {
    state: { ...actor.state, context: { ...context, ...counters, seed: 1 } },
    timers: new Map([...actor.timers].map(([id, { event }]) => [id, event])),
    works: [...actor.invocations.keys()],
    wants: context.slot === 'queued' ? { role, avoid: readiness(context).avoid ?? [] } : null,
    holds: context.slot === 'held' ? { role, as, isManned: isManned(actor) } : null,
    awaits: 0,
    agent: '',
    settled: null,
  };
  return table.indexOf.get(keyOf(place)) ?? null;
}

const isManned = ({ state: { at } }: Actor): boolean =>
  at.value === 'running' || JSON.stringify(at.value) === '{"reviewing":"asking"}';

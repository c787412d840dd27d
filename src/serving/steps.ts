/**
 * The last steps of every actor, in rows.
 *
 * Owns: the rows. Bounded for one actor and for all of them together; the oldest go first.
 */
import type { Actor } from '../kernel/actor.ts';
import type { ActorState } from '../kernel/state.ts';
import { labelOf } from './machine-shapes.ts';
import type { StepRow } from './wire.ts';

const ofOneMax = 2_000;
const ofAllMax = 400_000;
export const shownMax = 60;

export class Steps {
  readonly #rows = new Map<string, StepRow[]>();
  #count = 0;

  take(
    actor: Actor,
    event: { readonly type: string } | null,
    before: ActorState,
    n: number,
    at: number,
  ) {
    const rows = this.#rows.get(actor.address) ?? [];
    this.#rows.set(actor.address, rows);
    const type = event === null ? 'born' : labelOf(event.type);
    rows.push({ n, at, event: type, from: pathOf(before), to: pathOf(actor.state) });
    this.#count += 1;
    if (rows.length > ofOneMax) this.#count -= rows.splice(0, ofOneMax / 2).length;
    if (this.#count > ofAllMax) this.#halve();
  }

  /** The last ones up to an input, oldest first. */
  upTo(address: string, n: number): readonly StepRow[] {
    const rows = this.#rows.get(address) ?? [];
    let end = rows.length;
    while (end > 0 && (rows[end - 1]?.n ?? 0) > n) end -= 1;
    return rows.slice(Math.max(0, end - shownMax), end);
  }

  #halve(): void {
    for (const rows of this.#rows.values()) this.#count -= rows.splice(0, rows.length >> 1).length;
  }
}

const pathOf = ({ at }: ActorState): string => at.atomic.path.join('.');

/** Who is where: living actors by address, and the last states of those that ended. */
import type { Address } from '../../machines/ids.ts';
import type { Actor } from './actor.ts';

export class Registry {
  readonly #living = new Map<Address, Actor>();
  /** In the order of their ends. */
  readonly #ended = new Map<Address, Actor>();
  readonly #endedMax: number;

  constructor(endedMax: number) {
    this.#endedMax = endedMax;
  }

  get size(): number {
    return this.#living.size;
  }

  /** With those that ended: what a stored system holds. */
  get kept(): number {
    return this.#living.size + this.#ended.size;
  }

  find(address: Address): Actor | undefined {
    return this.#living.get(address);
  }

  /** Also one that has ended, as it was last. */
  lookUp(address: Address): Actor | undefined {
    return this.#living.get(address) ?? this.#ended.get(address);
  }

  add(actor: Actor): void {
    this.#ended.delete(actor.address);
    if (actor.alive) this.#living.set(actor.address, actor);
    else this.#ended.set(actor.address, actor);
  }

  retire(actor: Actor): void {
    this.#living.delete(actor.address);
    this.#ended.set(actor.address, actor);
    if (this.#ended.size <= this.#endedMax) return;
    const [oldest] = this.#ended.keys();
    this.#ended.delete(oldest as Address);
  }

  living(): readonly Actor[] {
    return [...this.#living.values()];
  }

  ended(): readonly Actor[] {
    return [...this.#ended.values()];
  }
}

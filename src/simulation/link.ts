/**
 * The way between the runtime and its agents: what is sent may be lost, late, twice, out of order,
 * or held back as long as the node of an agent is cut off.
 */
import { unitHash } from '../../machines/rules/backoff.ts';
import type { Luck } from './luck.ts';
import type { VirtualTime } from './virtual-time.ts';

/** Agents live on so many nodes. */
const nodes = 3;
const latencyMaxMs = 50;
const delayMaxMs = 60_000;
const cutMaxMs = 180_000;
/** A message that nothing overtakes goes on by itself. */
const overtakenWithinMs = 60_000;

export interface Parcel {
  /** Names it, to draw its luck by. */
  readonly key: string;
  readonly agent: string;
  /** The first time that it arrives, and every other time. */
  readonly deliver: () => void;
  readonly repeat: () => void;
}

export class Link {
  readonly #time: VirtualTime;
  readonly #luck: Luck;
  readonly #cutUntilMs = new Map<number, number>();
  /** Held back until another one has overtaken them. */
  #overtaken: Parcel[] = [];

  constructor(time: VirtualTime, luck: Luck) {
    this.#time = time;
    this.#luck = luck;
  }

  /** May cut the agent's node off, some time while the attempt goes on. */
  endanger(agent: string, key: string): void {
    if (!this.#luck.strikes('cut', key)) return;
    const beginMs = this.#luck.below(cutMaxMs, `${key}/cut-begin`);
    const lengthMs = this.#luck.below(cutMaxMs, `${key}/cut-length`);
    this.#time.after(beginMs, () => {
      this.#cutUntilMs.set(nodeOf(agent), this.#time.nowMs + lengthMs);
    });
  }

  /** An order to an agent: never lost, for the node would be asked again. */
  order(agent: string, key: string, call: () => void): void {
    const latencyMs = this.#luck.delayMs(latencyMaxMs, `${key}/latency`);
    this.#time.after(latencyMs, () => this.#pass(agent, call));
  }

  /** What an agent reports. */
  report(parcel: Parcel): void {
    const { key } = parcel;
    if (this.#luck.strikes('lost', key)) return;
    if (this.#luck.strikes('reorder', key)) return this.#hold(parcel);
    const isLate = this.#luck.strikes('delay', key);
    const delayMs = isLate ? this.#luck.below(delayMaxMs, `${key}/delay`) : 0;
    this.#send(parcel, delayMs);
  }

  /** When the node of this agent can be reached again. */
  reachableAtMs(agent: string): number {
    return Math.max(this.#time.nowMs, this.#cutUntilMs.get(nodeOf(agent)) ?? 0);
  }

  #send(parcel: Parcel, delayMs: number): void {
    const { agent, key, deliver, repeat } = parcel;
    const latencyMs = this.#luck.delayMs(latencyMaxMs, `${key}/report`);
    let arrive = (): void => {
      arrive = repeat;
      deliver();
      for (const other of this.#overtaken.splice(0)) this.#send(other, 0);
    };
    this.#time.after(delayMs + latencyMs, () => this.#pass(agent, () => arrive()));
    if (!this.#luck.strikes('duplicate', key)) return;
    const againMs = this.#luck.below(delayMaxMs, `${key}/again`);
    this.#time.after(delayMs + latencyMs + againMs, () => this.#pass(agent, () => arrive()));
  }

  #pass(agent: string, call: () => void): void {
    const atMs = this.reachableAtMs(agent);
    if (atMs > this.#time.nowMs) this.#time.at(atMs, () => this.#pass(agent, call));
    else call();
  }

  #hold(parcel: Parcel): void {
    this.#overtaken.push(parcel);
    this.#time.after(overtakenWithinMs, () => {
      if (!this.#overtaken.includes(parcel)) return;
      this.#overtaken = this.#overtaken.filter((other) => other !== parcel);
      this.#send(parcel, 0);
    });
  }
}

function nodeOf(agent: string): number {
  return Math.floor(unitHash(agent, 0) * nodes);
}

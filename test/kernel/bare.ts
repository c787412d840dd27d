/** XState by itself, in both of its builds, stepped as the kernel steps it. */
import type { AnyMachineSnapshot, AnyStateMachine, EventObject } from 'xstate';
import * as development from 'xstate';

export type XState = typeof development;

const productionUrl = new URL('../../node_modules/xstate/dist/xstate.cjs.mjs', import.meta.url);
/** Tests get the development build; what people run is the other one. */
const production = (await import(/* @vite-ignore */ productionUrl.href)) as XState;

export interface Collected {
  readonly type: string;
  readonly params: unknown;
  readonly exec: unknown;
  readonly info: Record<string, unknown>;
}

type Pure = {
  transition(snapshot: unknown, event: EventObject, scope: object): AnyMachineSnapshot;
  getInitialSnapshot(scope: object, input: unknown): AnyMachineSnapshot;
};

/** Steps a machine as the kernel does, with nothing of the kernel. */
export class Bare {
  readonly machine: AnyStateMachine;
  readonly self: object;
  #collected: Collected[] = [];
  snapshot: AnyMachineSnapshot;

  constructor(xstate: XState, config: object, implementations: object = {}, input?: unknown) {
    this.machine = xstate.createMachine(config as never).provide(implementations as never);
    const self = xstate.createActor(this.machine) as unknown as { system: object };
    this.self = Object.assign(self, { _parent: { id: 'the parent' } });
    this.snapshot = this.#pure.getInitialSnapshot(this.#scope, input);
    this.born = this.#collected;
  }

  /** What its first step wanted. */
  readonly born: readonly Collected[];

  take(type: string, more: object = {}): readonly Collected[] {
    this.#collected = [];
    this.snapshot = this.#pure.transition(this.snapshot, { type, ...more }, this.#scope);
    return this.#collected;
  }

  get #pure(): Pure {
    return this.machine as unknown as Pure;
  }

  get #scope(): object {
    const { system } = this.self as { system: object };
    const inert = (): void => {};
    const actionExecutor = (action: Collected): void => void this.#collected.push(action);
    return {
      ...{ self: this.self, id: 'm', sessionId: 'inert', logger: inert, defer: inert },
      ...{ emit: inert, stopChild: inert, system, actionExecutor },
    };
  }
}

export const typed = (actions: readonly Collected[]) =>
  actions.map(({ type, params }) => [type, params]);

export const builds = [
  ['development', development],
  ['production', production],
] as const;

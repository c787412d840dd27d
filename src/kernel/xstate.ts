/**
 * The one file that knows XState's inner side: pure transitions through one reused inert scope.
 *
 * `machine.transition(snapshot, event, scope)` answers the next snapshot and hands every action it
 * wants to `scope.actionExecutor`, run by nobody. The public `transition()` builds an actor a call
 * and costs twice as much. test/kernel/xstate.test.ts fails when a new XState changes any of this.
 */
import type {
  AnyMachineSnapshot,
  AnyStateMachine,
  AnyStateNode,
  AnyTransitionDefinition,
  EventObject,
} from 'xstate';
import { createActor } from 'xstate';
import { InvariantError } from '../../machines/errors.ts';

/** An action as XState resolved it: named or built in, with its parameters, not run. */
export interface ResolvedAction {
  readonly type: string;
  readonly info: unknown;
  readonly params: unknown;
  readonly exec: unknown;
}

export type Node = AnyStateNode;
export type Transition = AnyTransitionDefinition;
export type HistoryValue = Readonly<Record<string, readonly Node[]>>;

/** Microsteps of one step before it counts as a loop: an `always` that never settles. */
export const microstepsMax = 10_000;

interface Scope {
  self: unknown;
  system: unknown;
  actionExecutor: (action: ResolvedAction) => void;
  [key: string]: unknown;
}

type Pure = {
  transition(snapshot: unknown, event: EventObject, scope: Scope): AnyMachineSnapshot;
  getInitialSnapshot(scope: Scope, input: unknown): AnyMachineSnapshot;
};

/** Stands for the parent in a child's pure step; a send to it is a send to the real parent. */
export const parentRef = { id: '#_parent', _send: inert, send: inert };

const selves = new WeakSet<object>();
export const isSelf = (ref: object): boolean => selves.has(ref);

function inert(): void {}

/** Only a `spawn` inside an assign ever defers anything: what it starts would be in no journal. */
export function refuseSpawn(): never {
  throw new InvariantError('spawn inside assign has no place in a pure step: use `invoke`');
}

function refuseSystem(): never {
  throw new InvariantError('`system` has no place in a pure step: send to an address instead');
}

/**
 * Whoever only looks at a machine and hosts none: what the kernel can't carry is left out of its
 * steps instead of refused.
 */
export interface Onlooker {
  /** Hears of each microstep: the transitions taken, and where they led. */
  readonly microstep: (transitions: readonly Transition[], snapshot: AnyMachineSnapshot) => void;
}

/** Of a pure step XState tells nothing but its microsteps. */
interface Inspection {
  readonly _transitions: readonly Transition[];
  readonly snapshot: AnyMachineSnapshot;
}

function inspectionFor({ microstep }: Onlooker) {
  return ({ _transitions, snapshot }: Inspection): void => microstep(_transitions, snapshot);
}

/** Takes the place of every invoked actor: the kernel runs the real one, a pure step needs none. */
const standIn = {
  transition: (snapshot: unknown) => snapshot,
  getInitialSnapshot: () => ({ status: 'active', output: undefined, error: undefined }),
  getPersistedSnapshot: (snapshot: unknown) => snapshot,
};

function standIns(node: Node): Record<string, never> {
  const own = node.invoke.map(({ src }) => [String(src), standIn]);
  const below = Object.values(node.states).map((child) => standIns(child as Node));
  return Object.assign(Object.fromEntries(own), ...below);
}

export class PureMachine {
  readonly machine: AnyStateMachine;
  readonly #scope: Scope;
  #collected: ResolvedAction[] = [];

  constructor(machine: AnyStateMachine, onlooker?: Onlooker) {
    this.machine = machine.provide({ actors: standIns(machine.root as Node) });
    this.machine.options.maxIterations = microstepsMax;
    const self = createActor(this.machine) as unknown as Scope & { _parent: unknown };
    self._parent = parentRef;
    selves.add(self);
    this.#scope = {
      self,
      id: this.machine.id,
      sessionId: 'inert',
      system: {
        ...(self.system as object),
        _sendInspectionEvent: onlooker ? inspectionFor(onlooker) : inert,
        get: onlooker ? inert : refuseSystem,
        getAll: refuseSystem,
      },
      logger: inert,
      defer: onlooker ? inert : refuseSpawn,
      emit: inert,
      stopChild: inert,
      actionExecutor: (action) => this.#collected.push(action),
    };
  }

  /** What an action's implementation gets as `self` and `system`: both inert. */
  get self(): unknown {
    return this.#scope.self;
  }

  get system(): unknown {
    return this.#scope.system;
  }

  initial(input: unknown): [AnyMachineSnapshot, ResolvedAction[]] {
    return this.#collect((pure) => pure.getInitialSnapshot(this.#scope, input));
  }

  transition(snapshot: AnyMachineSnapshot, event: EventObject) {
    return this.#collect((pure) => pure.transition(snapshot, event, this.#scope));
  }

  #collect(call: (pure: Pure) => AnyMachineSnapshot): [AnyMachineSnapshot, ResolvedAction[]] {
    this.#collected = [];
    const snapshot = call(this.machine as unknown as Pure);
    return [snapshot, this.#collected];
  }
}

/**
 * One machine, ready to be stepped for any number of actors: pure, with states shared by them all.
 *
 * Owns: the configurations and routes compiled so far. Crosses to XState in two calls only
 * (`initial`, and `transition` for what routes can't carry); both are pure.
 */
import type { AnyMachineSnapshot, AnyStateMachine, EventObject, StateValue } from 'xstate';
import {
  type Children,
  type Configuration,
  describe,
  type Route,
  type Standing,
} from './configuration.ts';
import { afterBirths, effectOf } from './effects.ts';
import { compileInitial, compileRoute } from './route.ts';
import { type ActorState, noChildren, noHistory, type Step } from './state.ts';
import { type Roads, Walk } from './walk.ts';
import {
  type HistoryValue,
  type Node,
  PureMachine,
  type ResolvedAction,
  refuseSpawn,
  type Transition,
} from './xstate.ts';

export class Chart implements Roads {
  /** With stand-ins for whatever it invokes; `origin` has the real ones. */
  readonly machine: AnyStateMachine;
  readonly origin: AnyStateMachine;
  /** How the system, its journal and its snapshots name it. */
  readonly key: string;
  readonly #pure: PureMachine;
  readonly #configurations = new Map<string, Configuration>();
  readonly #byNodes = new WeakMap<readonly Node[], Configuration>();
  readonly #alphabet: ReadonlySet<string>;
  readonly #wild: readonly string[];
  readonly #plain: boolean;
  #methods: object | undefined;
  #unborn: ActorState | undefined;
  #walk: Walk | undefined;
  #entry: Route | null | undefined;

  constructor(machine: AnyStateMachine, key: string = machine.id) {
    this.#pure = new PureMachine(machine);
    this.machine = this.#pure.machine;
    this.origin = machine;
    this.key = key;
    const root = this.machine.root as Node;
    // Those that some state forbids are known too, unlike in `machine.events`.
    this.#alphabet = new Set(typesOf(root).filter((type) => !isWild(type)));
    this.#wild = (this.machine.events as string[]).filter(isWild);
    this.#plain = isPlain(root);
  }

  /** Whether any state of the machine knows this type: what an edge may let in. */
  knows(type: string): boolean {
    if (this.#alphabet.has(type)) return true;
    // `a.*` is also for `a` itself.
    return this.#wild.some((wild) => wild === '*' || `${type}.`.startsWith(wild.slice(0, -1)));
  }

  /** Every type that some state knows, without what the runtime sends itself. */
  get alphabet(): readonly string[] {
    return [...this.#alphabet].filter((type) => !type.startsWith('xstate.'));
  }

  /** Before its first step: nowhere but at the root. */
  get unborn(): ActorState {
    const root = this.machine.root as Node;
    this.#unborn ??= {
      at: describe({ _nodes: [root], value: {}, tags: new Set(root.tags) }),
      context: {},
      children: noChildren,
      status: 'active',
      output: undefined,
      error: undefined,
      history: noHistory,
    };
    return this.#unborn;
  }

  initial(input: unknown): Step {
    const plain = this.#plain ? this.#plainInitial(input) : null;
    if (plain) return plain;
    const [snapshot, actions] = this.#pure.initial(input);
    if (snapshot.status === 'error') throw snapshot.error;
    return this.#taken(snapshot, actions);
  }

  step(state: ActorState, event: EventObject): Step {
    if (this.#plain && state.at.single && state.status === 'active') {
      this.#walk ??= new Walk(this, state);
      const step = this.#walk.run(state, event);
      if (step) return step;
    }
    return this.#taken(...this.#pure.transition(this.snapshot(state), event));
  }

  /** The state as XState shows it, for `can`, `matches`, guards and people. */
  snapshot(state: ActorState): AnyMachineSnapshot {
    const { at, context, children, status, output, error, history } = state;
    this.#methods ??= methodsOf(this.machine.resolveState({ value: at.value, context: {} }));
    return {
      ...this.#methods,
      status,
      output,
      error,
      machine: this.machine,
      context,
      _nodes: at.nodes,
      value: at.value,
      tags: at.tags,
      children,
      historyValue: history,
    } as unknown as AnyMachineSnapshot;
  }

  /** The configuration of a state value, as a stored snapshot names it. */
  configurationAt(value: StateValue): Configuration {
    if (typeof value === 'object' && Object.keys(value).length === 0) return this.unborn.at;
    return this.#configurationOf(
      this.machine.resolveState({ value, context: {} }) as unknown as Standing,
    );
  }

  node(id: string): Node {
    return this.machine.getStateNodeById(id) as Node;
  }

  #taken(snapshot: AnyMachineSnapshot, actions: readonly ResolvedAction[]): Step {
    const wanted = actions.map(({ type, params, exec, info }) =>
      effectOf(type, params, exec, info),
    );
    const effects = afterBirths(wanted.filter((effect) => effect !== null));
    const state: ActorState = {
      at: this.#configurationOf(snapshot as unknown as Standing),
      context: snapshot.context,
      children: slim(snapshot.children),
      status: snapshot.status,
      output: snapshot.output,
      error: snapshot.error,
      history: snapshot.historyValue as HistoryValue,
    };
    return { state, effects };
  }

  #configurationOf(standing: Standing): Configuration {
    const known = this.#byNodes.get(standing._nodes);
    if (known) return known;
    const key = standing._nodes
      .map((node) => node.order)
      .sort((a, b) => a - b)
      .join();
    let found = this.#configurations.get(key);
    if (!found) {
      found = describe(standing);
      this.#configurations.set(key, found);
      this.#byNodes.set(found.nodes, found);
    }
    return found;
  }

  routeOf(at: Configuration, transition: Transition): Route | null {
    const known = at.routes.get(transition);
    if (known !== undefined) return known;
    const route = compileRoute(at, transition, (nodes) => this.#standing(nodes));
    at.routes.set(transition, route);
    return route;
  }

  #plainInitial(input: unknown): Step | null {
    if (this.#entry === undefined) {
      const root = this.machine.root as Node;
      this.#entry = compileInitial(root, (nodes) => this.#standing(nodes));
    }
    if (!this.#entry) return null;
    const { context } = this.machine.config;
    const first =
      typeof context === 'function'
        ? context({ input, spawn: refuseSpawn, self: this.self } as never)
        : (context ?? {});
    this.#walk ??= new Walk(this, this.unborn);
    const event = { type: 'xstate.init', input } as EventObject;
    return this.#walk.begin(this.#entry, this.unborn, first, event);
  }

  get self(): unknown {
    return this.#pure.self;
  }

  get system(): unknown {
    return this.#pure.system;
  }

  #standing(nodes: readonly Node[]): Configuration {
    const leaf = nodes.reduce((a, b) => (b.path.length > a.path.length ? b : a));
    return this.configurationAt(stateValueOf(leaf.path));
  }
}

/** A machine whose every step may have compiled routes: one leaf, and only types as they are. */
function isPlain(node: Node): boolean {
  if (node.type === 'parallel' || node.type === 'history') return false;
  if ([...node.transitions.keys()].some(isWild)) return false;
  return Object.values(node.states).every((child) => isPlain(child as Node));
}

function typesOf(node: Node): string[] {
  const below = Object.values(node.states).flatMap((child) => typesOf(child as Node));
  return [...node.transitions.keys(), ...below];
}

function isWild(type: string): boolean {
  return type.includes('*');
}

/** `['a', 'b']` is `{ a: 'b' }`; the root of a machine without states is `{}`. */
function stateValueOf(path: readonly string[]): StateValue {
  const [head, ...rest] = path;
  if (head === undefined) return {};
  return rest.length === 0 ? head : { [head]: stateValueOf(rest) };
}

/** A child in the kernel is its id and its source; XState's own refs hold an actor each. */
function slim(children: Readonly<Record<string, unknown>>): Children {
  const entries = Object.entries(children) as [string, { id: string; src: string }][];
  if (entries.length === 0) return noChildren;
  return Object.fromEntries(entries.map(([id, { src }]) => [id, { id, src: String(src) }]));
}

function methodsOf(snapshot: object): object {
  const methods = Object.entries(snapshot).filter(([, value]) => typeof value === 'function');
  return Object.fromEntries(methods);
}

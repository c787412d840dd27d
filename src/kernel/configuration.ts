/**
 * A set of active states, shared by every actor that stands there: what is fixed about it is
 * worked out once, so that an actor at rest keeps a reference and its context, no more.
 */
import type { StateValue } from 'xstate';
import type { Node, Transition } from './xstate.ts';

export interface Configuration {
  readonly nodes: readonly Node[];
  readonly value: StateValue;
  readonly tags: ReadonlySet<string>;
  readonly machine: Node['machine'];
  readonly root: Node;
  /** The active leaf; of several, the last. */
  readonly atomic: Node;
  /** Whether exactly one leaf is active, so that routes can be compiled. */
  readonly single: boolean;
  /** Transitions for an event type, innermost state first. */
  readonly candidates: Map<string, readonly Transition[]>;
  /** Transitions taken without an event, innermost state first. */
  readonly always: readonly Transition[];
  /** Null: this transition takes XState's own way. */
  readonly routes: Map<Transition, Route | null>;
}

export type Params = unknown | ((args: Args) => unknown);
export interface Args {
  readonly context: unknown;
  readonly event: unknown;
}

/** One action of a route, told apart ahead of time by what it does. */
export type Operation =
  | { readonly op: 'assign'; readonly assignment: Assignment; readonly params: Params }
  | { readonly op: 'emit'; readonly event: Params; readonly params: Params }
  | { readonly op: 'raise'; readonly raise: Raise; readonly params: Params }
  | { readonly op: 'cancel'; readonly timer: string }
  | Invoke
  | { readonly op: 'cease'; readonly id: string }
  | { readonly op: 'act'; readonly name: string; readonly params: Params; readonly exec: unknown };

/** Work under way, by its ids. */
export type Children = Readonly<Record<string, { readonly id: string; readonly src: string }>>;

export interface Invoke {
  readonly op: 'invoke';
  readonly id: string;
  readonly src: string;
  readonly input: unknown;
  /** The children of an actor that has this one alone. */
  readonly alone: Children;
}

export type Assignment =
  | ((args: object, params: unknown) => object)
  | Readonly<Record<string, unknown>>;

export interface Raise {
  readonly event: Params;
  readonly id: string | undefined;
  /** Milliseconds, or what computes them, or a name among the machine's delays. */
  readonly delay: Params;
}

export interface Route {
  readonly operations: readonly Operation[];
  readonly target: Configuration;
  /** The machine ends by taking this route. */
  readonly ends: boolean;
}

/** Where a snapshot of XState stands, in the shape that `describe` needs. */
export interface Standing {
  readonly _nodes: readonly Node[];
  readonly value: StateValue;
  readonly tags: ReadonlySet<string>;
}

/** In the order of the document: XState's own depends on the way there, and no replay may. */
export function describe({ _nodes, value, tags }: Standing): Configuration {
  const nodes = [..._nodes].sort((a, b) => a.order - b.order);
  const leaves = nodes.filter((node) => node.type === 'atomic' || node.type === 'final');
  const atomic = leaves.at(-1) ?? nodes[0];
  if (!atomic) throw new TypeError('a machine stands nowhere');
  const root = atomic.machine.root as Node;
  return {
    nodes,
    value: inOrder(root, value),
    tags,
    machine: atomic.machine,
    root,
    atomic,
    single: leaves.length === 1,
    candidates: new Map(),
    always: leaves.length === 1 ? upward(atomic).flatMap((node) => node.always ?? []) : [],
    routes: new Map(),
  };
}

function inOrder(node: Node, value: StateValue): StateValue {
  if (typeof value === 'string') return value;
  const active = Object.entries(node.states).filter(([key]) => key in value);
  const ordered = active.map(([key, child]) => [key, inOrder(child, value[key] as StateValue)]);
  return Object.fromEntries(ordered);
}

/** What could be taken on an event, innermost state first; guards aren't asked yet. */
export function candidatesFor(at: Configuration, type: string): readonly Transition[] {
  const known = at.candidates.get(type);
  if (known) return known;
  const found = upward(at.atomic).flatMap((node) => node.transitions.get(type) ?? []);
  // Only types of the alphabet are remembered: an open one would be a leak.
  if (found.length > 0) at.candidates.set(type, found);
  return found;
}

function upward(node: Node): Node[] {
  const nodes: Node[] = [];
  for (let at: Node | undefined = node; at; at = at.parent as Node | undefined) nodes.push(at);
  return nodes;
}

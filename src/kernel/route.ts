/**
 * A microstep worked out once: what leaving, passing and entering does is fixed by where the
 * machine stands and which transition it takes, so it is compiled on first use and then replayed.
 *
 * Only the plain case is compiled: one active leaf, no history, no parallel region, no wildcard.
 * Everything else is null here and takes XState's own way; test/kernel/conformance.test.ts walks
 * both ways side by side and compares every state and effect.
 */
import type {
  Assignment,
  Configuration,
  Operation,
  Params,
  Raise,
  Route,
} from './configuration.ts';
import type { Node, ResolvedAction, Transition } from './xstate.ts';

type Action = ResolvedAction | string | ((...args: never[]) => unknown);

/** Null when the microstep isn't the plain case. */
export function compileRoute(
  from: Configuration,
  transition: Transition,
  configurationOf: (nodes: readonly Node[]) => Configuration,
): Route | null {
  const moved = transition.target?.length ? move(from, transition) : { exits: [], entries: [] };
  if (!moved) return null;
  const left = from.nodes.filter((node) => !moved.exits.includes(node));
  const target =
    moved.entries.length + moved.exits.length === 0
      ? from
      : configurationOf([...left, ...moved.entries]);
  const ends = moved.entries.some((node) => node.type === 'final');
  if (ends && !endsPlainly(target)) return null;
  const operations = [
    ...moved.exits.flatMap(leaving),
    ...actionsOf(target, transition.actions as Action[]),
    ...moved.entries.flatMap((node) => entering(node, isDefaultEntered(node, transition))),
    ...(ends ? byOrder(target.nodes, -1).flatMap((node) => actionsOf(node, node.exit)) : []),
  ];
  return operations.includes(null) ? null : { operations: operations as Operation[], target, ends };
}

/** Entering a machine's first states, from its root down. */
export function compileInitial(
  root: Node,
  configurationOf: (nodes: readonly Node[]) => Configuration,
): Route | null {
  const nodes = [root, ...defaultDescent(root)];
  const operations = nodes.flatMap((node) => entering(node, true));
  if (operations.includes(null) || nodes.some((node) => node.type === 'final')) return null;
  return { operations: operations as Operation[], target: configurationOf(nodes), ends: false };
}

interface Move {
  /** Innermost first. */
  readonly exits: readonly Node[];
  /** Outermost first. */
  readonly entries: readonly Node[];
}

function move(from: Configuration, transition: Transition): Move | null {
  const [target, second] = transition.target as [Node, Node?];
  if (second) return null;
  const domain = domainOf(transition, target);
  if (!domain) return null;
  const exits = from.nodes.filter((node) => isBelow(node, domain));
  // A source that stays active is not entered again; the root, aimed at from below, is.
  const stays = target === domain && target === transition.source;
  const aimedAt = stays ? [] : [...ancestorsBelow(target, domain), target];
  const entries = [...aimedAt, ...defaultDescent(target)];
  return { exits: byOrder(exits, -1), entries: byOrder(entries, 1) };
}

/** The innermost node that stays active while the transition is taken. */
function domainOf(transition: Transition, target: Node): Node | null {
  const source = transition.source as Node;
  if (!transition.reenter && (target === source || isBelow(target, source))) return source;
  for (let node = target.parent; node; node = node.parent) {
    if (isBelow(source, node as Node)) return node as Node;
  }
  return transition.reenter ? null : (source.machine.root as Node);
}

function isBelow(node: Node, above: Node): boolean {
  for (let at = node.parent; at; at = at.parent) if (at === above) return true;
  return false;
}

function ancestorsBelow(node: Node, domain: Node): Node[] {
  const ancestors: Node[] = [];
  for (let at = node.parent; at && at !== domain; at = at.parent) ancestors.push(at as Node);
  return ancestors;
}

function defaultDescent(node: Node): Node[] {
  if (node.type !== 'compound') return [];
  const [first] = node.initial.target as [Node];
  return [first, ...defaultDescent(first)];
}

function byOrder(nodes: readonly Node[], sign: 1 | -1): Node[] {
  return [...nodes].sort((a, b) => sign * (a.order - b.order));
}

/** A top-level final state, and nobody who computes an output: else XState's own way. */
function endsPlainly({ atomic, root }: Configuration): boolean {
  return atomic.parent === root && atomic.output === undefined && root.output === undefined;
}

function leaving(node: Node): (Operation | null)[] {
  const ceased = node.invoke.map(({ id }) => ({ op: 'cease', id }) as const);
  return [...actionsOf(node, node.exit), ...ceased];
}

function entering(node: Node, byDefault: boolean): (Operation | null)[] {
  const invoked = node.invoke.map(({ id, src, input }) => invoking(id, String(src), input));
  const initial = byDefault && node.type === 'compound' ? node.initial.actions : [];
  return [...actionsOf(node, node.entry), ...invoked, ...actionsOf(node, initial)];
}

function invoking(id: string, src: string, input: unknown): Operation {
  // Shared by all actors that invoke it.
  const alone = Object.freeze({ [id]: Object.freeze({ id, src }) });
  return { op: 'invoke', id, src, input, alone };
}

/** Ancestors of the target are passed through; the target and its descent enter by default. */
function isDefaultEntered(node: Node, transition: Transition): boolean {
  const target = transition.target?.[0] as Node;
  return node === target || isBelow(node, target);
}

function actionsOf(
  place: { machine: unknown } | Node,
  actions: readonly unknown[],
): (Operation | null)[] {
  return actions.map((action) => operationOf(place.machine as Node['machine'], action as Action));
}

function operationOf(machine: Node['machine'], action: Action): Operation | null {
  const inline = typeof action === 'function';
  const name = inline ? '' : typeof action === 'string' ? action : action.type;
  const resolved: unknown = inline ? action : machine.implementations.actions[name];
  const params = !inline && typeof action === 'object' ? action.params : undefined;
  if (!isBuiltIn(resolved)) {
    return { op: 'act', name: name || nameOf(action), params, exec: resolved };
  }
  return builtInOperation(resolved, params);
}

/** Null for what only XState itself does right: conditional actions, sends to children, stops. */
function builtInOperation(action: BuiltIn, params: Params): Operation | null {
  switch (action.type) {
    case 'xstate.assign':
      return { op: 'assign', assignment: action.assignment, params };
    case 'xstate.emit':
      return { op: 'emit', event: action.event, params };
    case 'xstate.raise':
      return { op: 'raise', raise: action, params };
    case 'xstate.cancel':
      return typeof action.sendId === 'string' ? { op: 'cancel', timer: action.sendId } : null;
    default:
      return null;
  }
}

function nameOf(action: Action): string {
  return (typeof action === 'function' && action.name) || '(anonymous)';
}

/** The actions that XState makes carry what they were made of. */
interface BuiltIn extends Raise {
  readonly type: string;
  readonly assignment: Assignment;
  readonly sendId: unknown;
}

function isBuiltIn(action: unknown): action is BuiltIn {
  return typeof action === 'function' && 'resolve' in action;
}

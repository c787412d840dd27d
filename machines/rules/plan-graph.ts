/** The rules of the plan's graph: order, depth, cycles, rank; linear and without recursion. */
import { assert } from '../errors.ts';

export interface GraphNode<Id extends string = string> {
  readonly id: Id;
  /** The ids it waits for; each once. */
  readonly needs: readonly Id[];
}

/** A task that speaks of another one. */
export interface Mention<Id extends string = string> {
  readonly from: Id;
  readonly to: Id;
}

/** Who waits for whom, turned around: every id has its list, in the order of the plan. */
export function dependants<Id extends string>(
  nodes: readonly GraphNode<Id>[],
): ReadonlyMap<Id, readonly Id[]> {
  const waiting = new Map<Id, Id[]>();
  for (const { id } of nodes) waiting.set(id, []);
  for (const node of nodes) {
    for (const need of node.needs) waiting.get(need)?.push(node.id);
  }
  return waiting;
}

/**
 * Every node after those it needs, else in the order of the plan (Kahn).
 * Throws an InvariantError for a cycle or an unknown need: look for those first.
 */
export function topologicalOrder<Node extends GraphNode>(nodes: readonly Node[]): readonly Node[] {
  if (nodes.every(({ needs }) => needs.length === 0)) return nodes;
  const order = linked(nodes).filter(({ open }) => open === 0);
  // The list grows while it is read: what a node frees goes to its end.
  for (const { waiting } of order) {
    for (const link of waiting) {
      link.open -= 1;
      if (link.open === 0) order.push(link);
    }
  }
  assert(order.length === nodes.length, 'the graph has no cycle and no unknown need');
  return order.map(({ node }) => node);
}

interface Link<Node> {
  readonly node: Node;
  /** Needs that have no place in the order yet. */
  open: number;
  readonly waiting: Link<Node>[];
}

/** The graph as objects that know each other: each id is looked up once, not at every step. */
function linked<Node extends GraphNode>(nodes: readonly Node[]): readonly Link<Node>[] {
  const links = nodes.map((node): Link<Node> => ({ node, open: node.needs.length, waiting: [] }));
  const byId = new Map<string, Link<Node>>();
  for (const link of links) byId.set(link.node.id, link);
  for (const link of links) {
    for (const need of link.node.needs) byId.get(need)?.waiting.push(link);
  }
  return links;
}

/** How many nodes lie on the longest way to each: 0 for one that needs nothing. */
export function waves<Id extends string>(
  nodes: readonly GraphNode<Id>[],
  order = topologicalOrder(nodes),
): ReadonlyMap<Id, number> {
  const wave = new Map<Id, number>();
  for (const node of order) {
    let depth = 0;
    for (const need of node.needs) depth = Math.max(depth, known(wave, need) + 1);
    wave.set(node.id, depth);
  }
  return wave;
}

/** The weight of the longest path from each node (its own included) to an end of the plan. */
export function ranks<Id extends string, Node extends GraphNode<Id>>(
  nodes: readonly Node[],
  weightOf: (node: Node) => number,
  order = topologicalOrder(nodes),
): ReadonlyMap<Id, number> {
  const rank = new Map<Id, number>();
  const behind = new Map<Id, number>();
  for (const node of order.toReversed()) {
    const own = weightOf(node) + (behind.get(node.id) ?? 0);
    rank.set(node.id, own);
    for (const need of node.needs) behind.set(need, Math.max(behind.get(need) ?? 0, own));
  }
  return rank;
}

/**
 * One cycle as `[a, b, c, a]`, where each needs the next, or null when there is none.
 * Needs that name no node are passed over, and so are nodes that need nothing: no way leads on.
 */
export function findCycle<Id extends string>(
  nodes: readonly GraphNode<Id>[],
): readonly Id[] | null {
  const needy = nodes.filter(({ needs }) => needs.length > 0);
  const needsOf = new Map(needy.map((node) => [node.id, node.needs]));
  const done = new Set<Id>();
  /** Empty again after each walk. */
  const onTrail = new Set<Id>();
  for (const node of needy) {
    const cycle = done.has(node.id) ? null : cycleBelow(node.id, needsOf, done, onTrail);
    if (cycle) return cycle;
  }
  return null;
}

/** Walks down from one node on a stack of its own, for chains longer than the call stack. */
function cycleBelow<Id extends string>(
  start: Id,
  needsOf: ReadonlyMap<Id, readonly Id[]>,
  done: Set<Id>,
  onTrail: Set<Id>,
): readonly Id[] | null {
  const trail = [{ id: start, next: 0 }];
  onTrail.add(start);
  for (let top = trail.at(-1); top; top = trail.at(-1)) {
    const need = needsOf.get(top.id)?.[top.next];
    top.next += 1;
    if (need === undefined) {
      trail.pop();
      onTrail.delete(top.id);
      done.add(top.id);
    } else if (onTrail.has(need)) {
      const ids = trail.map((step) => step.id);
      return [...ids.slice(ids.indexOf(need)), need];
    } else if (needsOf.has(need) && !done.has(need)) {
      trail.push({ id: need, next: 0 });
      onTrail.add(need);
    }
  }
  return null;
}

/**
 * The mentions whose `to` is not among the needs of `from`, nor among the needs of those.
 * The mentioned ids go through the graph 32 at a time, one bit each, so that 100,000 mentions
 * of as many tasks still take seconds. Both ends must be nodes; the graph must have no cycle.
 */
export function strayMentions<Id extends string, Pair extends Mention<Id>>(
  nodes: readonly GraphNode<Id>[],
  mentions: readonly Pair[],
): readonly Pair[] {
  const order = topologicalOrder(nodes);
  const places = new Map(order.map((node, place) => [node.id, place]));
  const needs = order.map((node) => node.needs.map((id) => known(places, id)));
  const ends = mentions
    .map((mention) => ({
      mention,
      from: known(places, mention.from),
      to: known(places, mention.to),
    }))
    .sort((one, other) => one.to - other.to);
  const stray = new Set<Pair>();
  for (const batch of batches(ends)) {
    const reaches = reachedFrom(needs, batch);
    for (const end of batch) if (!reaches(end)) stray.add(end.mention);
  }
  return mentions.filter((mention) => stray.has(mention));
}

/** Two places in the order. */
interface Ends {
  readonly from: number;
  readonly to: number;
}

/** Sorted by `to`, in runs that together speak of 32 places at most. */
function* batches<End extends Ends>(ends: readonly End[]): Generator<readonly End[]> {
  let batch: End[] = [];
  const targets = new Set<number>();
  for (const end of ends) {
    if (targets.size === 32 && !targets.has(end.to)) {
      yield batch;
      batch = [];
      targets.clear();
    }
    batch.push(end);
    targets.add(end.to);
  }
  if (batch.length > 0) yield batch;
}

/** Walks once over the places between the first target and the last that speaks of one. */
function reachedFrom(
  needs: readonly (readonly number[])[],
  batch: readonly Ends[],
): (end: Ends) => boolean {
  const targets = [...new Set(batch.map((end) => end.to))];
  const bits = new Map(targets.map((target, bit) => [target, 1 << bit]));
  const first = targets.reduce((one, other) => Math.min(one, other));
  const last = batch.reduce((most, end) => Math.max(most, end.from), first);
  // Counted from the first target: nothing before it can reach one, and places there read as 0.
  const own = new Int32Array(last - first + 1);
  for (const [target, bit] of bits) own[target - first] = bit;
  const reached = new Int32Array(last - first + 1);
  for (const [place, waitedFor] of needs.slice(first, last + 1).entries()) {
    let seen = 0;
    for (const need of waitedFor) {
      seen |= (reached[need - first] ?? 0) | (own[need - first] ?? 0);
    }
    reached[place] = seen;
  }
  return ({ from, to }) => ((reached[from - first] ?? 0) & known(bits, to)) !== 0;
}

/** For keys that are there by construction. */
function known<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): Value {
  const value = map.get(key);
  assert(value !== undefined, 'the graph knows the id');
  return value;
}

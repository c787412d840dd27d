/**
 * A sorted map as a value: every change gives a new map that shares all but one path with the old.
 *
 * An AVL tree of plain objects, so it lives in a machine's context, is copied to JSON as it is, and
 * its depth grows with the logarithm: adding, removing and finding the first cost O(log n).
 */

export interface Tree<K, V> {
  readonly key: K;
  readonly value: V;
  readonly left: SortedMap<K, V>;
  readonly right: SortedMap<K, V>;
  readonly height: number;
}

/** Null is the empty map. */
export type SortedMap<K, V> = Tree<K, V> | null;
export type Compare<K> = (a: K, b: K) => number;

export const byText: Compare<string> = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

export function get<K, V>(map: SortedMap<K, V>, key: K, compare: Compare<K>): V | undefined {
  let at = map;
  while (at) {
    const order = compare(key, at.key);
    if (order === 0) return at.value;
    at = order < 0 ? at.left : at.right;
  }
  return undefined;
}

export function first<K, V>(map: SortedMap<K, V>): Tree<K, V> | null {
  let at = map;
  while (at?.left) at = at.left;
  return at;
}

export function set<K, V>(map: SortedMap<K, V>, key: K, value: V, compare: Compare<K>): Tree<K, V> {
  if (!map) return { key, value, left: null, right: null, height: 1 };
  const order = compare(key, map.key);
  // Written out, as in `tree`: a spread costs five times as much where many shapes meet.
  if (order === 0) return { key, value, left: map.left, right: map.right, height: map.height };
  return order < 0
    ? balance(map.key, map.value, set(map.left, key, value, compare), map.right)
    : balance(map.key, map.value, map.left, set(map.right, key, value, compare));
}

/** The same map when the key isn't there. */
export function remove<K, V>(map: SortedMap<K, V>, key: K, compare: Compare<K>): SortedMap<K, V> {
  if (!map) return null;
  const order = compare(key, map.key);
  if (order === 0) return glue(map.left, map.right);
  const side = order < 0 ? map.left : map.right;
  const rest = remove(side, key, compare);
  if (rest === side) return map;
  return order < 0
    ? balance(map.key, map.value, rest, map.right)
    : balance(map.key, map.value, map.left, rest);
}

/** In order of the keys. */
export function* entries<K, V>(map: SortedMap<K, V>): Generator<Tree<K, V>> {
  if (!map) return;
  yield* entries(map.left);
  yield map;
  yield* entries(map.right);
}

function heightOf(map: SortedMap<unknown, unknown>): number {
  return map ? map.height : 0;
}

function tree<K, V>(key: K, value: V, left: SortedMap<K, V>, right: SortedMap<K, V>): Tree<K, V> {
  return { key, value, left, right, height: 1 + Math.max(heightOf(left), heightOf(right)) };
}

function balance<K, V>(
  key: K,
  value: V,
  left: SortedMap<K, V>,
  right: SortedMap<K, V>,
): Tree<K, V> {
  const lean = heightOf(left) - heightOf(right);
  if (left && lean > 1) return leanLeft(key, value, left, right);
  if (right && lean < -1) return leanRight(key, value, left, right);
  return tree(key, value, left, right);
}

function leanLeft<K, V>(key: K, value: V, left: Tree<K, V>, right: SortedMap<K, V>): Tree<K, V> {
  const inner = left.right;
  if (!inner || heightOf(left.left) >= inner.height) {
    return tree(left.key, left.value, left.left, tree(key, value, inner, right));
  }
  const outer = tree(left.key, left.value, left.left, inner.left);
  return tree(inner.key, inner.value, outer, tree(key, value, inner.right, right));
}

function leanRight<K, V>(key: K, value: V, left: SortedMap<K, V>, right: Tree<K, V>): Tree<K, V> {
  const inner = right.left;
  if (!inner || heightOf(right.right) >= inner.height) {
    return tree(right.key, right.value, tree(key, value, left, inner), right.right);
  }
  const outer = tree(right.key, right.value, inner.right, right.right);
  return tree(inner.key, inner.value, tree(key, value, left, inner.left), outer);
}

/** Joins two maps of which every key of the left is smaller. */
function glue<K, V>(left: SortedMap<K, V>, right: SortedMap<K, V>): SortedMap<K, V> {
  if (!right) return left;
  const next = first(right) as Tree<K, V>;
  return balance(next.key, next.value, left, withoutFirst(right));
}

function withoutFirst<K, V>(map: Tree<K, V>): SortedMap<K, V> {
  return map.left ? balance(map.key, map.value, withoutFirst(map.left), map.right) : map.right;
}

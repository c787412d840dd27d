/** Reads values out of JSON that may be anything: what is not as expected is not there. */

type Loose = Readonly<Record<string, unknown>>;

export function mapAt(value: unknown, ...path: readonly string[]): Loose {
  const inner = at(value, path);
  const isMap = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
  return isMap ? (inner as Loose) : {};
}

export function textAt(value: unknown, ...path: readonly string[]): string | null {
  const inner = at(value, path);
  return typeof inner === 'string' ? inner : null;
}

export function numberAt(value: unknown, ...path: readonly string[]): number | null {
  const inner = at(value, path);
  return typeof inner === 'number' && Number.isFinite(inner) ? inner : null;
}

/** A counter: nothing, or what no counter can be, counts as zero. */
export function countAt(value: unknown, ...path: readonly string[]): number {
  return Math.max(0, numberAt(value, ...path) ?? 0);
}

export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const inner = at(value, path);
  return Array.isArray(inner) ? inner : [];
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    const isMap = typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key);
    return isMap ? (inner as Loose)[key] : undefined;
  }, value);
}

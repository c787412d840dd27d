/** A value as text, the same for equal values: how two states of a machine are told apart. */

/** Deeper parts of a context count as equal. */
const depthMax = 12;

export function fingerprint(value: unknown, depth = 0): string {
  if (depth > depthMax) return '…';
  switch (typeof value) {
    case 'object':
      return value === null ? 'null' : ofObject(value, depth);
    case 'string':
      return JSON.stringify(value);
    case 'function':
      return `function ${value.name}`;
    case 'bigint':
    case 'boolean':
    case 'number':
    case 'symbol':
    case 'undefined':
      return String(value);
  }
}

function ofObject(value: object, depth: number): string {
  if (isActor(value)) return `actor ${value.id}`;
  const inner = (one: unknown): string => fingerprint(one, depth + 1);
  if (Array.isArray(value)) return `[${value.map(inner).join()}]`;
  if (value instanceof Date) return `date ${value.getTime()}`;
  if (value instanceof Error) return `error ${JSON.stringify(value.message)}`;
  if (value instanceof Map) return `map {${[...value].map(inner).sort().join()}}`;
  if (value instanceof Set) return `set {${[...value].map(inner).sort().join()}}`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${inner(one)}`).join()}}`;
}

/** One that a machine keeps in its context; a session differs from life to life. */
function isActor(value: object): value is { readonly id: string } {
  return 'sessionId' in value && 'getSnapshot' in value;
}

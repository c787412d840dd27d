/** Data cut to a size that a page can show: what is left out is counted, never silently lost. */

export interface PruneLimits {
  readonly itemsMax: number;
  readonly depthMax: number;
  readonly charactersMax: number;
}

const defaults: PruneLimits = { itemsMax: 40, depthMax: 7, charactersMax: 2_000 };

export function pruned(value: unknown, limits: PruneLimits = defaults): unknown {
  return prune(value, limits, limits.depthMax);
}

function prune(value: unknown, limits: PruneLimits, depth: number): unknown {
  if (typeof value === 'string') return cut(value, limits.charactersMax);
  if (typeof value === 'function') return '(a function)';
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '…';
  const { itemsMax } = limits;
  if (Array.isArray(value)) {
    const items = value.slice(0, itemsMax).map((item) => prune(item, limits, depth - 1));
    return value.length > itemsMax ? [...items, `… ${value.length - itemsMax} more`] : items;
  }
  const entries = Object.entries(value);
  const kept = entries
    .slice(0, itemsMax)
    .map(([key, item]) => [key, prune(item, limits, depth - 1)] as const);
  const more = entries.length - itemsMax;
  return Object.fromEntries(more > 0 ? [...kept, ['…', `${more} more`]] : kept);
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max)}… ${text.length - max} more characters`;
}

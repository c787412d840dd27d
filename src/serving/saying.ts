/** A fact in words, for a log that people read. It knows fields, not types: new facts read well. */
import type { RunFact } from '../runs/run.ts';
import type { FactRow } from './wire.ts';

const textMaxCharacters = 300;
/** What every row shows by itself. */
const shown = new Set(['seq', 'at', 'actor', 'type', 'task', 'token']);

/** `n`: the input that led to it. */
export function rowOf(fact: RunFact, n: number): FactRow {
  const { seq, at, actor, type } = fact;
  return { seq, n, at, actor, type, text: textOf(fact) };
}

function textOf(fact: RunFact): string {
  const parts = Object.entries(fact).flatMap(([key, value]) => {
    if (shown.has(key)) return [];
    const said = partOf(key, value);
    return said === '' ? [] : [said];
  });
  return parts.join(' · ').slice(0, textMaxCharacters);
}

function partOf(key: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return '';
  if (Array.isArray(value)) return value.length === 0 ? '' : `${key} ${value.join(', ')}`;
  if (typeof value === 'object') return 'message' in value ? String(value.message) : '';
  if (key.endsWith('Ms')) return `${key.slice(0, -2)} ${seconds(Number(value))}`;
  if (key.endsWith('Usd')) return `${key.slice(0, -3)} $${Number(value).toFixed(2)}`;
  if (typeof value === 'number') return `${key} ${value}`;
  return String(value);
}

function seconds(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** Facts and decisions that all agents of a run see: each has a version, and whoever set it. */
import { assert } from '../errors.ts';

/** What is asked of it. */
export interface ContextRequest {
  readonly key: string;
  /** Null: it is taken away. */
  readonly value: string | null;
  /** Only when it still has this version, 0 for none; null: whatever it has. */
  readonly ifVersion: number | null;
  /** An agent, or a person. */
  readonly by: string;
}

export interface SharedEntry {
  readonly value: string;
  /** How often the whole had changed when this did; it never comes back. */
  readonly version: number;
  readonly by: string;
}

export interface SharedContext {
  /** How often it has changed. */
  readonly version: number;
  readonly entries: Readonly<Record<string, SharedEntry>>;
}

export const emptyContext: SharedContext = { version: 0, entries: {} };

export const keyCharactersMax = 100;
export const valueCharactersMax = 8_192;
export const entriesMax = 200;
export const contextCharactersMax = 65_536;

export type ContextRefusal = 'conflict' | 'bad key' | 'too long' | 'full';

/** A name that needs no quotes anywhere, and is no part of an object of its own. */
const plainKey = /^[\p{L}\p{N}][\p{L}\p{N}._/-]*$/u;

/** Null when it can be set like this. */
export function contextRefusal(
  context: SharedContext,
  event: ContextRequest,
): ContextRefusal | null {
  const { key, value, ifVersion } = event;
  if (key.length > keyCharactersMax || !plainKey.test(key)) return 'bad key';
  if (ifVersion !== null && ifVersion !== versionAt(context, key)) return 'conflict';
  if (value === null) return null;
  if (value.length > valueCharactersMax) return 'too long';
  return fits(context, key, value) ? null : 'full';
}

export function refusedFor(context: SharedContext, event: ContextRequest): ContextRefusal {
  const refusal = contextRefusal(context, event);
  assert(refusal, `${event.key} is refused for no reason`);
  return refusal;
}

/** 0 where there is none. */
export function versionAt({ entries }: SharedContext, key: string): number {
  return entryAt(entries, key)?.version ?? 0;
}

export function entryAt(entries: SharedContext['entries'], key: string): SharedEntry | null {
  return Object.hasOwn(entries, key) ? (entries[key] as SharedEntry) : null;
}

function fits({ entries }: SharedContext, key: string, value: string): boolean {
  const others = Object.entries(entries).filter(([name]) => name !== key);
  const used = others.reduce((sum, [name, entry]) => sum + name.length + entry.value.length, 0);
  const wanted = used + key.length + value.length;
  return others.length < entriesMax && wanted <= contextCharactersMax;
}

export function contextChanged(context: SharedContext, event: ContextRequest): SharedContext {
  const { key, value, by } = event;
  const version = context.version + 1;
  const { [key]: _, ...others } = context.entries;
  return {
    version,
    entries: value === null ? others : { ...others, [key]: { value, version, by } },
  };
}

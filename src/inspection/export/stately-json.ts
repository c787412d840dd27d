/** A machine's config as plain JSON: what Stately's editor, and `createMachine`, can read again. */
import type { AnyStateMachine } from 'xstate';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type Config = Readonly<Record<string, unknown>>;

/** What is kept of a state, in the order in which people write it. */
const kept = ['id', 'description', 'initial', 'type', 'history', 'target', 'tags', 'meta'] as const;

export function statelyJson(machine: AnyStateMachine): Json {
  const { version } = machine.config as { version?: string };
  const state = stateOf(machine.config as Config);
  return { id: machine.id, ...(version !== undefined && { version }), ...state };
}

function stateOf(config: Config): { readonly [key: string]: Json } {
  const { entry, exit, invoke, on, after, always, states, onDone } = config;
  const plain = kept.filter((key) => config[key] !== undefined);
  return {
    ...Object.fromEntries(plain.map((key) => [key, plainOf(config[key])])),
    ...(entry !== undefined && { entry: actionsOf(entry) }),
    ...(exit !== undefined && { exit: actionsOf(exit) }),
    ...(invoke !== undefined && { invoke: listOf(invoke).map(invokeOf) }),
    ...(on !== undefined && { on: eachOf(on, transitionsOf) }),
    ...(after !== undefined && { after: eachOf(after, transitionsOf) }),
    ...(always !== undefined && { always: transitionsOf(always) }),
    ...(onDone !== undefined && { onDone: transitionsOf(onDone) }),
    ...(states !== undefined && { states: eachOf(states, (state) => stateOf(state as Config)) }),
  };
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

function eachOf(record: unknown, of: (value: unknown) => Json): Json {
  const entries = Object.entries(record as object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [key, of(value)]));
}

function transitionsOf(value: unknown): Json {
  return listOf(value).map((one): Json => {
    if (typeof one === 'string') return { target: one };
    const { target, guard, actions, reenter, description } = one as Config;
    return {
      ...(target !== undefined && { target: plainOf(target) }),
      ...(guard !== undefined && { guard: guardOf(guard) }),
      ...(actions !== undefined && { actions: actionsOf(actions) }),
      ...(reenter !== undefined && { reenter: plainOf(reenter) }),
      ...(description !== undefined && { description: plainOf(description) }),
    };
  });
}

/** Code stays behind: a name is enough to know it by. */
function actionsOf(value: unknown): Json {
  return listOf(value).map((one): Json => ({ type: nameOf(one) }));
}

function guardOf(guard: unknown): Json {
  return { type: nameOf(guard) };
}

function invokeOf(invoke: unknown): Json {
  const { id, src, onDone, onError } = invoke as Config;
  return {
    ...(id !== undefined && { id: plainOf(id) }),
    src: typeof src === 'string' ? src : nameOf(src),
    ...(onDone !== undefined && { onDone: transitionsOf(onDone) }),
    ...(onError !== undefined && { onError: transitionsOf(onError) }),
  };
}

/** `xstate.assign` for what XState made itself, else as its author calls it. */
export function nameOf(one: unknown): string {
  if (typeof one === 'string') return one;
  const { type, name } = (one ?? {}) as { type?: unknown; name?: unknown };
  if (typeof type === 'string') return type;
  return typeof name === 'string' && name !== '' ? name : 'inline';
}

function plainOf(value: unknown): Json {
  return JSON.parse(
    JSON.stringify(value, (_key, one) => (typeof one === 'bigint' ? String(one) : one)) ?? 'null',
  );
}

/** Asks a guard, whatever its form: inline, named, parametrised, or combined by and, or, not. */
interface Asked {
  readonly machine: { readonly implementations: { readonly guards: Record<string, unknown> } };
}
type Check = (snapshot: unknown, args: GuardArgs, guard: unknown) => boolean;
type Predicate = (args: GuardArgs, params: unknown) => boolean;

export interface GuardArgs {
  readonly context: unknown;
  readonly event: unknown;
}

/** `snapshot` is made only when a built-in guard such as `stateIn` wants to see it whole. */
export function allows(
  guard: unknown,
  at: Asked,
  args: GuardArgs,
  snapshot: () => unknown,
): boolean {
  const implementation = implementationOf(guard, at);
  if (typeof implementation !== 'function') {
    return allows(implementation, at, args, snapshot);
  }
  if ('check' in implementation) {
    return (implementation.check as Check)(snapshot(), args, implementation);
  }
  return (implementation as Predicate)(args, paramsOf(guard, args));
}

function implementationOf(guard: unknown, at: Asked): unknown {
  if (typeof guard === 'function') return guard;
  const name = typeof guard === 'string' ? guard : (guard as { type: string }).type;
  const found = at.machine.implementations.guards[name];
  if (!found) throw new TypeError(`the machine has no guard "${name}"`);
  return found;
}

function paramsOf(guard: unknown, args: GuardArgs): unknown {
  if (typeof guard !== 'object' || guard === null || !('params' in guard)) return undefined;
  return typeof guard.params === 'function' ? guard.params(args) : guard.params;
}

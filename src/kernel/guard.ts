/** Asks a guard, whatever its form: inline, named, parametrised, or combined by and, or, not. */
interface Asked {
  readonly machine: { readonly implementations: { readonly guards: Record<string, unknown> } };
}
type Check = (snapshot: unknown, args: object, guard: unknown) => boolean;
type Predicate = (args: object, params: unknown) => boolean;

/** `snapshot` is made only when a built-in guard such as `stateIn` wants to see it whole. */
export function allows(
  guard: unknown,
  at: Asked,
  context: unknown,
  event: unknown,
  snapshot: () => unknown,
): boolean {
  const implementation = implementationOf(guard, at);
  if (typeof implementation !== 'function') {
    return allows(implementation, at, context, event, snapshot);
  }
  const args = { context, event };
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

function paramsOf(guard: unknown, args: object): unknown {
  if (typeof guard !== 'object' || guard === null || !('params' in guard)) return undefined;
  return typeof guard.params === 'function' ? guard.params(args) : guard.params;
}

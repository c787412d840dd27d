/** The two ways a bug shows itself: an invariant that does not hold, and a case nobody handled. */

/** A bug of ours, never the world's or a person's doing. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

export function assert(holds: unknown, what: string): asserts holds {
  if (!holds) throw new InvariantError(what);
}

/** Stands at the end of every switch over a union, so that a new member fails to compile. */
export function assertNever(value: never): never {
  throw new InvariantError(`unhandled case: ${JSON.stringify(value)}`);
}

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

/** What went wrong, in words: of an Error, of one that went through JSON, or of anything thrown. */
export function messageOf(error: unknown): string {
  const { message } = (error ?? {}) as { message?: unknown };
  return typeof message === 'string' ? message : String(error);
}

/** What goes wrong here: a person's mistake, told by its shape, or a bug. */

/** Has the shape that the command line prints: a steady code, what is wrong, and the next step. */
export class MemoryMistake extends Error {
  override readonly name = 'UserError';
  readonly code: string;
  readonly hint: string;

  constructor(code: string, message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

export function assert(holds: unknown, what: string): asserts holds {
  if (!holds) throw new MemoryBug(what);
}

export function assertNever(value: never): never {
  throw new MemoryBug(`unhandled case: ${JSON.stringify(value)}`);
}

/** A bug of ours, never the world's or a person's doing. */
export class MemoryBug extends Error {
  override readonly name = 'InvariantError';
}

/** What went wrong, in words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

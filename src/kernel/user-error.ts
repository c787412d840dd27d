/** A person's mistake: what is wrong, where, and what to do next; the CLI prints it with exit 2. */

export class UserError extends Error {
  override readonly name = 'UserError';
  /** A noun and what is wrong with it, `plan.cycle`: for scripts, and steady between releases. */
  readonly code: string;
  /** The next step, one sentence for a person. */
  readonly hint: string;

  constructor(code: string, message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/** By shape, because a plan written in TypeScript may bring a second copy of this module. */
export function isUserError(value: unknown): value is UserError {
  if (typeof value !== 'object' || value === null) return false;
  const { name, code, message, hint } = value as Partial<Record<keyof UserError, unknown>>;
  const texts = [code, message, hint].every((text) => typeof text === 'string');
  return name === 'UserError' && texts;
}

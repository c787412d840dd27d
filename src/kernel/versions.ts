/** Versions of machines: what one began, another of the same name must not go on with. */
import type { AnyStateMachine } from 'xstate';
import { UserError } from './user-error.ts';

/** By the machine's id; null for a machine that says no version. */
export type Versions = Readonly<Record<string, string | null>>;

export function versionsOf(machines: readonly AnyStateMachine[]): Versions {
  return Object.fromEntries(machines.map(({ id, version }) => [id, version ?? null]));
}

/** `about` is what the header of a journal says; a machine may have come since it was written. */
export function refuseOthers(machines: readonly AnyStateMachine[], about: unknown): void {
  const began = (about as { machines?: Versions } | null)?.machines ?? {};
  for (const [id, version] of Object.entries(versionsOf(machines))) {
    const before = began[id];
    if (before !== undefined) refuseOther(id, version, before);
  }
}

/** Replayed by another version, its inputs would lead elsewhere, after it has already acted. */
export function refuseOther(machine: string, version: string | null, began: string | null): void {
  if (version === began) return;
  const [now, before] = [version, began].map((name) => (name === null ? 'none' : `"${name}"`));
  throw new UserError(
    'machine.changed',
    `it was begun by machine "${machine}" in version ${before}, and this is version ${now}`,
    `finish it with the version that began it (${began ?? 'unversioned'})`,
  );
}

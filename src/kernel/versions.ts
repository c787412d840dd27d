/** Versions of machines: what one began, another of the same name must not go on with unasked. */
import type { AnyStateMachine } from 'xstate';
import { UserError } from './user-error.ts';

/** By the machine's id; null for a machine that says no version. */
export type Versions = Readonly<Record<string, string | null>>;

/** What the header of a journal says of who wrote it. */
interface About {
  readonly machines?: Versions;
  /** Of the program, and the name of what it ran. */
  readonly version?: string;
  readonly run?: string;
}

export function versionsOf(machines: readonly AnyStateMachine[]): Versions {
  return Object.fromEntries(machines.map(({ id, version }) => [id, version ?? null]));
}

/** `about` is what the header of a journal says; a machine may have come since it was written. */
export function refuseOthers(machines: readonly AnyStateMachine[], about: unknown): void {
  const [other] = othersIn(machines, about);
  if (!other) return;
  const { id, version, before } = other;
  throw changed(id, version, before, howToFinish(about) ?? beginner(before));
}

/** Whether a machine is not what it was when the journal was begun. */
export function haveChanged(machines: readonly AnyStateMachine[], about: unknown): boolean {
  return othersIn(machines, about).length > 0;
}

function othersIn(machines: readonly AnyStateMachine[], about: unknown) {
  const { machines: began = {} } = aboutOf(about);
  return Object.entries(versionsOf(machines)).flatMap(([id, version]) => {
    const before = began[id];
    return before === undefined || before === version ? [] : [{ id, version, before }];
  });
}

/** Replayed by another version, its inputs would lead elsewhere, after it has already acted. */
export function refuseOther(machine: string, version: string | null, began: string | null): void {
  if (version !== began) throw changed(machine, version, began, beginner(began));
}

function changed(
  machine: string,
  version: string | null,
  began: string | null,
  hint: string,
): UserError {
  const [now, before] = [version, began].map((name) => (name === null ? 'none' : `"${name}"`));
  const what = `it was begun by machine "${machine}" in version ${before}`;
  return new UserError('machine.changed', `${what}, and this is version ${now}`, hint);
}

const beginner = (began: string | null): string =>
  `finish it with the version that began it (${began ?? 'unversioned'})`;

/**
 * The command that finishes a run; null for what is no run. Stopped gently by the old version, it
 * may well go on with the new one: see upgrading.ts.
 */
export function howToFinish(about: unknown): string | null {
  const { version, run } = aboutOf(about);
  if (version === undefined || run === undefined) return null;
  const again = `npx troupe@${version} resume ${run}`;
  return `${again} finishes it; once it is stopped there with Ctrl-C, this version may go on`;
}

const aboutOf = (about: unknown): About => (about ?? {}) as About;

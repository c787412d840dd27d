/** Whether an agent's program is on this machine, and fit for its adapter. */
import type { Fault } from '../../../machines/outcome.ts';
import {
  childEnvironment,
  type Environment,
  pathExtensions,
  pathVariable,
} from '../processes/environment.ts';
import { findProgram } from '../processes/program.ts';
import type { Dialect } from './dialect.ts';
import { askProgram, isOlder, versionIn } from './version.ts';

export interface Presence {
  /** Absolute. */
  readonly path: string;
  /** Null when it does not say. */
  readonly version: string | null;
}

/** `added`: what the plan gives to its environment. */
export async function findAgent(
  { program }: Dialect,
  machine: Environment,
  added: Readonly<Record<string, string>> = {},
): Promise<Presence | null> {
  const env = childEnvironment(machine, added);
  const path = await findProgram(program, pathVariable(env), '/', pathExtensions(env));
  if (path === null) return null;
  return { path, version: versionIn((await askProgram(path, ['--version'], env)) ?? '') };
}

/** Null: it can work. */
export function unfit({ program, install, oldest }: Dialect, found: Presence | null): Fault | null {
  if (found === null) {
    const message = `"${program}" was not found: install it (${install}), or put it on PATH`;
    return { code: 'agent.program-not-found', message, retryable: false };
  }
  if (found.version === null || !isOlder(found.version, oldest)) return null;
  const message = `${program} ${found.version} is too old, ${oldest} is needed: ${install}@latest`;
  return { code: 'agent.too-old', message, retryable: false };
}

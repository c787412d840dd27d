/** The door to what a person asks of NATS servers, which is loaded by who asks for it. */
import type { NatsSetting } from '../plan/project/bus-shapes.ts';
import type { Census } from '../workers/nats/census.ts';
import type { CheckWish, NatsFinding } from './check.ts';
import type { Pruning } from './pruning.ts';

export type { NatsFinding } from './check.ts';
export type { Pruning, ServerRun } from './pruning.ts';

/** What the servers of a team lack. */
export async function checkServers(wish: CheckWish): Promise<readonly NatsFinding[]> {
  const { checkNats } = await import('./check.ts');
  return checkNats(wish);
}

/** Who is there, and who of them is of another version. */
export async function lookAround(setting: NatsSetting): Promise<Census> {
  const { censusAt } = await import('../workers/nats/census.ts');
  return censusAt(setting);
}

/** What the servers have of runs, and how those go that are over. To be closed. */
export async function openPruning(setting: NatsSetting): Promise<Pruning> {
  const { Pruning } = await import('./pruning.ts');
  return Pruning.begin(setting);
}

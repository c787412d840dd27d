/** The door to a look at NATS servers, which is loaded by who asks for it. */
import type { CheckWish, NatsFinding } from './check.ts';

export type { NatsFinding } from './check.ts';

/** What the servers of a team lack. */
export async function checkServers(wish: CheckWish): Promise<readonly NatsFinding[]> {
  const { checkNats } = await import('./check.ts');
  return checkNats(wish);
}

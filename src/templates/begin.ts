/** The plan that `troupe init --template` writes: looked for, not guessed. */
import type { Config } from '../config.ts';
import type { Clock } from '../kernel/clock.ts';
import { UserError } from '../kernel/user-error.ts';
import { suggest } from '../plan/problems/nearest.ts';
import { type Ground, groundOf } from './ground.ts';
import { type Starting, type StartingKind, startingKinds, startingPlan } from './starting.ts';

export interface Begun extends Starting {
  readonly ground: Ground;
}

export async function beginWith(kind: string, config: Config, clock: Clock): Promise<Begun> {
  const known = startingKinds.find((each) => each === kind);
  if (!known) throw unknownKind(kind);
  const ground = await groundOf(config, clock);
  return { ...startingPlan(known satisfies StartingKind, ground), ground };
}

function unknownKind(kind: string): UserError {
  const message = `no plan is called "${kind}"; ${suggest(kind, startingKinds)}`;
  return new UserError('template.unknown-kind', message, 'see: troupe init --help');
}

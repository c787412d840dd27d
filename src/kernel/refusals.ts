/** What the system says to a person's program that asks for the impossible. */
import type { Address } from '../../machines/ids.ts';
import type { Actor } from './actor.ts';
import { UserError } from './user-error.ts';

export function taken(id: string): UserError {
  return new UserError(
    'actor.exists',
    `an actor with the id "${id}" is alive`,
    'use system.ref(machine, id) to reach it, or choose another id',
  );
}

export function gone(to: Address): UserError {
  return new UserError('actor.gone', `nobody is at "${to}"`, 'it has ended or was never spawned');
}

export function closed(): UserError {
  return new UserError('system.closed', 'the system is closed', 'open it again from its journal');
}

/** The alphabet is closed: XState keeps every type it ever sees, a leak a stranger could pull. */
export function unknownEvent({ address, chart }: Actor, type: string): UserError {
  return new UserError(
    'event.unknown',
    `${address} knows no event "${type}"`,
    `machine "${chart.key}" knows ${chart.alphabet.join(', ') || 'none'}`,
  );
}

/** What a worker brings, and as whom: what no hub could use is refused before one is asked. */
import { hostname } from 'node:os';
import { readVersion } from '../config.ts';
import { type Random, randomName } from '../kernel/random.ts';
import { UserError } from '../kernel/user-error.ts';
import { anyRole, joinSchema, nodeNamePattern } from './wire.ts';

/** As somebody wishes for it. */
export interface OfferWish {
  /** Places by role; left out: one, for any role. */
  readonly roles?: Readonly<Record<string, number>>;
  readonly labels?: readonly string[];
  /** Left out: after this machine. */
  readonly name?: string;
}

export interface Offer extends Required<OfferWish> {
  readonly version: string;
}

export function offerOf(wish: OfferWish, random: Random): Offer {
  const { name = `${plainHost()}-${randomName(random, 4)}` } = wish;
  const { roles = { [anyRole]: 1 }, labels = [] } = wish;
  if (!nodeNamePattern.test(name)) throw badName(name);
  const version = readVersion();
  const read = joinSchema.safeParse({ type: 'worker.join', version, roles, labels });
  if (!read.success) throw badOffer();
  return { name, roles, labels, version };
}

function plainHost(): string {
  return (
    hostname()
      .replace(/[^A-Za-z0-9-]/g, '-')
      .replace(/^-+/, '')
      .slice(0, 40) || 'worker'
  );
}

function badName(name: string): UserError {
  const message = `${JSON.stringify(name)} is no name for a worker`;
  return new UserError('worker.name', message, 'letters, digits, dots and dashes; 63 at most');
}

function badOffer(): UserError {
  const message = 'nobody could use such roles or labels';
  const hint = 'names of 1 to 200 characters, at most 200 of them; 1 to 10000 places for each role';
  return new UserError('worker.offer', message, hint);
}

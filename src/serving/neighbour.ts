/** The house that keeps a home, as another process of the same person meets it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Troupe } from '../app.ts';
import { lockOwner } from '../journal/lock.ts';
import { systemClock } from '../kernel/clock.ts';
import { UserError } from '../kernel/user-error.ts';
import type { SeenRun } from './followed-run.ts';
import type { Work } from './work.ts';

export type { SeenRun } from './followed-run.ts';

export const houseFolder = (home: string): string => join(home, 'serve');
export const housePlace = (home: string): string => join(houseFolder(home), 'place.json');

/** Where a house listens, for programs of the same person; whoever may read it may come in. */
export interface HousePlace {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  readonly token: string;
}

export interface HandedOver {
  readonly run: SeenRun;
  /** What a person should know of how it began. */
  readonly notes: readonly string[];
}

const placeSchema = z.object({
  scheme: z.enum(['http', 'https']),
  host: z.string().default('127.0.0.1'),
  port: z.number().int(),
  token: z.string(),
});

/** As this machine would call itself. */
export function shownHost(host: string): string {
  const shown = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host;
  return shown.includes(':') ? `[${shown}]` : shown;
}

/** To be opened by the person; holds the token. `run`: the page of this run. */
export function addressOf({ scheme, host, port, token }: HousePlace, run?: string): string {
  const fragment = run === undefined ? '' : `#/runs/${encodeURIComponent(run)}`;
  return `${scheme}://${host}:${port}/?token=${token}${fragment}`;
}

/** Null when no house keeps this home now: one that was killed keeps nothing. */
export function livingHouse(home: string): HousePlace | null {
  // Most homes never had one.
  if (!existsSync(housePlace(home)) || lockOwner(houseFolder(home)) === null) return null;
  try {
    return placeSchema.parse(JSON.parse(readFileSync(housePlace(home), 'utf8')));
  } catch {
    return null;
  }
}

export type HandedWork = Omit<Work, 'plan' | 'as'> & { readonly plan: string };

/** Has the house work off a plan; what it refuses is told in its own words. */
export async function handOver(
  troupe: Troupe,
  place: HousePlace,
  work: HandedWork,
): Promise<HandedOver> {
  const { run: name, notes } = await post(place, work);
  const { FollowedRun } = await import('./followed-run.ts');
  const [folder, plan] = await Promise.all([troupe.folder(name), troupe.plan(name)]);
  return { run: new FollowedRun({ folder, plan, clock: systemClock }), notes };
}

const begunSchema = z.object({ run: z.string(), notes: z.array(z.string()).default([]) });
const problemSchema = z.object({ code: z.string(), message: z.string(), hint: z.string() });

async function post({ scheme, host, port, token }: HousePlace, work: HandedWork) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = JSON.stringify(work);
  const address = `${scheme}://${host}:${port}/api/runs`;
  const answer = await fetch(address, { method: 'POST', headers, body }).catch((error: unknown) => {
    throw unreachable(address, error);
  });
  const said: unknown = await answer.json().catch(() => null);
  if (answer.ok) return begunSchema.parse(said);
  const problem = problemSchema.safeParse(said);
  if (!problem.success) throw unreachable(address, `it answered ${answer.status}`);
  const { code, message, hint } = problem.data;
  throw new UserError(code, message, hint);
}

function unreachable(address: string, why: unknown): UserError {
  const { message = String(why), cause } = why as Partial<Error>;
  const deeper = cause instanceof Error ? `: ${cause.message}` : '';
  const what = `the house of this home can't be asked at ${address}: ${message}${deeper}`;
  return new UserError('house.unreachable', what, 'work it off here, with --local; see: troupe ps');
}

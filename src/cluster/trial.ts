/**
 * One thing that nodes or workers do, done once to see whether the servers allow it.
 *
 * Owns: what the trial opens, which is closed when it is over, also when it never ends by itself.
 */
import type { NatsConnection } from '@nats-io/transport-node';
import type { Denied, NatsPlace } from '../bus/nats/connection.ts';
import { wordsOf } from '../bus/nats/connection.ts';
import { type Clock, sleep } from '../kernel/clock.ts';
import { type Random, randomName } from '../kernel/random.ts';
import { isUserError } from '../kernel/user-error.ts';
import { deniedWords } from './denials.ts';

export interface Verdict {
  readonly status: 'ok' | 'warning' | 'missing';
  readonly found: string;
  /** What to do; empty when nothing is. */
  readonly fix: string;
}

export interface Stage {
  readonly place: NatsPlace;
  readonly clock: Clock;
  readonly random: Random;
  /** Whose rights are tried, as a subject names it. */
  readonly name: string;
  readonly leaseMs: number | undefined;
  /** Unlike that of any other trial. */
  readonly life: string;
  readonly later: (close: () => void | Promise<void>) => void;
  /** Aborted when nobody waits for it any more. */
  readonly signal: AbortSignal;
}

/** What is opened for a trial ends with it. */
export async function opened<Parts extends { readonly nc: NatsConnection }>(
  { later }: Pick<Stage, 'later'>,
  opening: Promise<Parts>,
): Promise<Parts> {
  const parts = await opening;
  later(() => parts.nc.close());
  return parts;
}

export type Trial = (stage: Stage) => Promise<Verdict>;

const tryWithinMs = 40_000;
/** What else is not allowed is heard soon after. */
const moreWithinMs = 700;

export async function tryOut(
  trial: Trial,
  about: Omit<Stage, 'life' | 'later' | 'signal'>,
): Promise<Verdict> {
  const { clock, random, place } = about;
  const closers: (() => void | Promise<void>)[] = [];
  const denied: Denied[] = [];
  const over = new AbortController();
  const wasDenied = new Promise<void>((resolve) => {
    over.signal.addEventListener('abort', () => resolve());
  });
  const onDenied = (each: Denied): void => {
    if (denied.push(each) === 1) sleep(clock, moreWithinMs).then(() => over.abort());
  };
  const later: Stage['later'] = (close) => void closers.push(close);
  const own = { place: { ...place, onDenied }, life: randomName(random, 12) };
  try {
    const verdict = await Promise.race([
      trial({ ...about, ...own, later, signal: over.signal }).catch(lackOf),
      wasDenied.then(() => lacks('', '')),
      sleep(clock, tryWithinMs, over.signal).then(() => lacks('no answer in time', slow)),
    ]);
    // What was heard with the last answer is told a moment after it.
    await clock.breathe();
    return denied.length > 0 ? { status: 'missing', ...deniedWords(denied) } : verdict;
  } finally {
    over.abort();
    for (const close of closers.toReversed()) await close();
  }
}

const slow = 'look whether the servers are busy, or have no leader: the log of nats-server tells';

export const ok = (found: string): Verdict => ({ status: 'ok', found, fix: '' });
export const warns = (found: string, fix: string): Verdict => ({ status: 'warning', found, fix });
export const lacks = (found: string, fix: string): Verdict => ({ status: 'missing', found, fix });

/** Whoever asks here need not be sent here. */
const ownName = /(; )?see\b[^;]*troupe nats check$/;

export function lackOf(error: unknown): Verdict {
  const words = wordsOf(error);
  if (/not enabled|503|no responders/i.test(words)) {
    return lacks(words, 'set jetstream { store_dir: ... } in nats-server.conf');
  }
  if (/maximum|limit/i.test(words)) {
    return lacks(words, 'raise max_streams or max_consumers of this account in nats-server.conf');
  }
  const hint = isUserError(error) ? error.hint.replace(ownName, '') : '';
  return lacks(words, hint || 'look at the log of nats-server');
}

/** What keeps an agent from its work, in nine kinds, told from a status or from its own words. */
import type { Fault } from '../../machines/outcome.ts';

export type TroubleKind =
  /** Its key or log-in is not accepted. */
  | 'auth'
  /** A rate limit or quota that passes by itself. */
  | 'quota'
  /** No money or credit is left: waiting does not help. */
  | 'exhausted'
  /** The model's service or the way to it is disturbed. */
  | 'transient'
  /** The model will not, or the request is one that it can't take. */
  | 'refused'
  /** It was not allowed what it wanted to do. */
  | 'permission'
  /** A limit that the plan set is spent: its money. */
  | 'budget'
  /** Another one: its turns. */
  | 'turns'
  /** The session that it should go on with is not known to it. */
  | 'session-lost'
  /** Nothing came of it any more. */
  | 'hang'
  /** It does the same again and again. */
  | 'stuck'
  /** What it printed or left does not make sense. */
  | 'malformed';

/** When a limit ends: so long after it was told, or at a time (ms since the epoch). */
export type Reset = { readonly afterMs: number } | { readonly atMs: number };

export interface Trouble {
  readonly kind: TroubleKind;
  /** What the agent said about it. */
  readonly message: string;
  /** Only for a quota, and only when it is known. */
  readonly until: Reset | null;
}

export const trouble = (
  kind: TroubleKind,
  message: string,
  until: Reset | null = null,
): Trouble => ({
  ...{ kind, message: message.trim().slice(0, messageMaxCharacters), until },
});

const messageMaxCharacters = 600;

/** By its HTTP status when there is one, else by what the words are usual for. */
export function troubleFrom(said: string, status: number | null = statusIn(said)): Trouble {
  const message = said.slice(0, readMaxCharacters);
  const kind = kindOfText(message, status);
  return trouble(kind, message, kind === 'quota' ? resetIn(message) : null);
}

/** A provider's error page may be a whole document. */
const readMaxCharacters = 4_000;

/** `last status: 429 Too Many`, `status 401`, `"code":503`: never just any number. */
function statusIn(said: string): number | null {
  const text = said.slice(0, readMaxCharacters);
  const [, digits] =
    /(?:status(?: code)?|code|HTTP|error)["']?\s*[:=( ]\s*([45]\d\d)\b/i.exec(text) ?? [];
  return digits === undefined ? null : Number(digits);
}

const anyOf = (...words: readonly string[]): RegExp => new RegExp(words.join('|'), 'i');

const exhausted = anyOf('credit balance', 'insufficient[_ ](quota|credits|funds|balance)');
const quota = anyOf(
  'rate.?limit',
  'too many requests',
  'usage limit',
  'quota',
  'resource.?exhausted',
);
const auth = anyOf('unauthori[sz]ed', 'authenticat', 'api.?key', 'log ?in\\b', 'logged (in|out)');
const lost = anyOf(
  ...['no conversation found', 'no rollout found', 'session not found'],
  ...['invalid session identifier', 'error resuming session'],
);
const transient = anyOf(
  ...['overloaded', 'high demand', 'unavailable', 'disconnect', 'timed? ?out', 'network', 'socket'],
  ...['connection', 'ECONN', 'ENOTFOUND', 'EAI_AGAIN', 'fetch failed', 'stream error'],
  'terminated',
);

function kindOfText(text: string, status: number | null): TroubleKind {
  if (lost.test(text)) return 'session-lost';
  if (status === 402 || exhausted.test(text)) return 'exhausted';
  if (status === 429) return 'quota';
  if (status === 401 || status === 403) return 'auth';
  if (status !== null && (status >= 500 || status === 408)) return 'transient';
  if (status !== null) return 'refused';
  if (quota.test(text)) return 'quota';
  if (auth.test(text)) return 'auth';
  return transient.test(text) ? 'transient' : 'malformed';
}

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const span = '((?:[\\d.]+\\s*[a-z]+[,\\s]*(?:and )?)+)';
const resets = new RegExp(`(?:again|retry\\w*|reset\\w*)["']?(?: in| after|:)\\s*"?${span}`, 'i');

/** `try again in 2 days 3 hours`, `retry in 34.07s`, `"retryDelay":"34s"`. */
export function resetIn(text: string): Reset | null {
  const [, told = ''] = resets.exec(text) ?? [];
  let afterMs = 0;
  for (const [, count, unit = ''] of told.matchAll(/([\d.]+)\s*(ms|[smhd])/gi)) {
    afterMs += Number(count) * (unitMs[unit.toLowerCase()] ?? 0);
  }
  return afterMs > 0 && Number.isFinite(afterMs) ? { afterMs: Math.ceil(afterMs) } : null;
}

/** Shown for each kind, and whether another attempt may go better. */
const faults: Readonly<Record<TroubleKind, readonly [code: string, retryable: boolean]>> = {
  auth: ['agent.unauthorized', false],
  quota: ['agent.limited', true],
  exhausted: ['account.exhausted', false],
  transient: ['agent.unavailable', true],
  refused: ['agent.refused', false],
  // The next attempt is told what it was not allowed, and may go another way.
  permission: ['agent.permission-denied', true],
  budget: ['agent.budget-spent', false],
  turns: ['agent.turns-spent', true],
  'session-lost': ['agent.session-lost', true],
  hang: ['agent.hung', true],
  stuck: ['agent.stuck', true],
  malformed: ['agent.malformed', true],
};

export function faultOf({ kind, message }: Trouble, hint = ''): Fault {
  const [code, retryable] = faults[kind];
  return { code, message: hint === '' ? message : `${message}; ${hint}`, retryable };
}

/** Which faults a simulated world has, and how many: written as `crash=0.05,kill=0.01,max=30`. */
import { UserError } from '../kernel/user-error.ts';
import { suggest } from '../plan/problems/nearest.ts';
import { type FaultKind, faultKinds, faultNames, isFaultKind } from './fault-kinds.ts';

/** Where between the journal and the world a kill strikes. */
export const killMoments = ['appended', 'flushed', 'amid', 'performed'] as const;
export type KillMoment = (typeof killMoments)[number];

/** Killed once record `n` is appended, on disk, half or wholly carried out. */
export interface KillPoint {
  readonly n: number;
  readonly moment: KillMoment;
}

export interface FaultMix {
  /** The share of its occasions at which a kind strikes, 0 to 1. */
  readonly rates: Readonly<Partial<Record<FaultKind, number>>>;
  /** After so many the world behaves, so that every run ends. Null: it depends on the plan. */
  readonly max: number | null;
  /** Kills at given places, beside those that are drawn. */
  readonly kills: readonly KillPoint[];
}

export const noFaults: FaultMix = { rates: {}, max: null, kills: [] };

export const allFaults: FaultMix = {
  ...noFaults,
  rates: Object.fromEntries(faultNames.map((name) => [name, faultKinds[name].rate])),
};

/** `none`, `all`, `crash=0.05`, `kill@17`, `kill@17/flushed`, `max=30`, joined by commas. */
export function parseFaults(text: string): FaultMix {
  const words = text.split(',').map((word) => word.trim());
  return words.filter((word) => word !== '').reduce(withWord, noFaults);
}

/** What `parseFaults` makes the same mix of. */
export function formatFaults({ rates, max, kills }: FaultMix): string {
  const shares = faultNames.flatMap((name) => (rates[name] ? [`${name}=${rates[name]}`] : []));
  const words = [
    ...shares,
    ...kills.map(({ n, moment }) => `kill@${n}/${moment}`),
    ...(max === null ? [] : [`max=${max}`]),
  ];
  return words.join(',') || 'none';
}

function withWord(mix: FaultMix, word: string): FaultMix {
  if (word === 'none') return noFaults;
  if (word === 'all') return { ...mix, rates: { ...mix.rates, ...allFaults.rates } };
  if (word.startsWith('kill@')) return { ...mix, kills: [...mix.kills, killPoint(word)] };
  const [name = '', amount = ''] = word.split('=', 2);
  if (name === 'max') return { ...mix, max: wholeNumber(amount, word) };
  if (!isFaultKind(name)) throw unknownFault(name);
  // A name alone asks for its share under `all`.
  const rate = word.includes('=') ? share(amount, word) : faultKinds[name].rate;
  return { ...mix, rates: { ...mix.rates, [name]: rate } };
}

function killPoint(word: string): KillPoint {
  const [, n = '', moment = 'flushed'] = /^kill@(\d+)(?:\/(\w+))?$/.exec(word) ?? [];
  const known = killMoments.find((each) => each === moment);
  if (known && Number(n) > 0) return { n: Number(n), moment: known };
  throw badFault(word, `write kill@17, or kill@17/MOMENT; moments: ${killMoments.join(', ')}`);
}

function share(amount: string, word: string): number {
  const rate = Number(amount);
  if (amount.trim() !== '' && rate >= 0 && rate <= 1) return rate;
  throw badFault(word, 'write a share from 0 to 1 after the name: crash=0.05');
}

function wholeNumber(amount: string, word: string): number {
  if (/^\d{1,9}$/.test(amount)) return Number(amount);
  throw badFault(word, 'write how many faults there may be at most: max=30');
}

function unknownFault(name: string): UserError {
  const message = `no fault is called "${name}"; ${suggest(name, [...faultNames, 'all', 'none'])}`;
  const hint = `write all, none, or shares such as crash=0.05; known: ${faultNames.join(', ')}`;
  return new UserError('faults.unknown', message, hint);
}

function badFault(word: string, hint: string): UserError {
  return new UserError('faults.unreadable', `"${word}" is no fault with its share`, hint);
}

/** What whoever gets no account is told: why, and when to ask again. Pure. */
import type { Again } from '../../machines/loan.ts';
import type { Fault } from '../../machines/outcome.ts';

export interface Refused {
  readonly kind: 'refused';
  readonly again: Again;
  readonly fault: Fault;
  readonly accounts: readonly string[];
}

export interface Reason {
  readonly name: string;
  readonly reason: string;
  readonly again: Again;
}

/** Of one account, whose own purse and that of all must both pay: the longest wait counts. */
export function refusalOf(account: string, reasons: readonly Reason[]): Refused {
  const [worst] = [...reasons].sort((one, other) => rank(other.again) - rank(one.again));
  const { name = account, reason = '', again = soon } = worst ?? {};
  const whose = name === account ? `account ${account}` : 'all accounts together';
  const message = `${whose}: ${reason}`;
  const code = again.kind === 'never' ? 'account.exhausted' : 'account.limited';
  const fault = { code, message, retryable: again.kind !== 'never' };
  return { kind: 'refused', again, fault, accounts: [account] };
}

/** Of several accounts, any of which would do: the shortest wait counts. */
export function soonest(refusals: readonly Refused[]): Refused {
  const [best] = [...refusals].sort((one, other) => rank(one.again) - rank(other.again));
  if (best === undefined) return nobody;
  const messages = [...new Set(refusals.map(({ fault }) => fault.message))];
  const accounts = refusals.flatMap((refusal) => refusal.accounts);
  return { ...best, accounts, fault: { ...best.fault, message: messages.join('; ') } };
}

const soon: Again = { kind: 'soon' };

const nobody: Refused = {
  kind: 'refused',
  again: { kind: 'never' },
  fault: { code: 'account.unknown', message: 'there is no such account', retryable: false },
  accounts: [],
};

function rank(again: Again): number {
  if (again.kind === 'soon') return 0;
  return again.kind === 'at' ? again.atMs : Number.POSITIVE_INFINITY;
}

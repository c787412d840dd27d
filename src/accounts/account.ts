/** What an account is: a provider, where its key comes from, and what it is held to. */
import type { AccountLimits } from '../../machines/loan.ts';
import type { Price } from './prices.ts';

/** Where a key is read from; the key itself is in no account, plan or journal. */
export type KeySource =
  /** Whoever uses it is logged in by itself, or needs no key. */
  | { readonly kind: 'none' }
  | { readonly kind: 'env'; readonly name: string }
  /** Absolute. */
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'command'; readonly argv: readonly string[] };

export interface Account {
  readonly name: string;
  /** `anthropic`, `openai`, `google`, `grok`, or any other word. */
  readonly provider: string;
  readonly key: KeySource;
  /** The variable that its programs find the key in; null: as the provider has it. */
  readonly variable: string | null;
  /** What its attempts are priced by when their role names no model. */
  readonly model: string | null;
  /** What it pays, when that is not what the table says. */
  readonly price: Price | null;
  readonly limits: AccountLimits;
}

/** The programs of a company are not called as the company is. */
const companies: Readonly<Record<string, string>> = {
  claude: 'anthropic',
  codex: 'openai',
  gemini: 'google',
  xai: 'grok',
};

export const companyOf = (provider: string): string => companies[provider] ?? provider;

/** By its own name, else all of a provider, in the order they are named in. */
export function accountsNamed(
  names: readonly string[],
  known: readonly Account[],
): readonly Account[] {
  const found = names.flatMap((name) => {
    const own = known.filter((account) => account.name === name);
    if (own.length > 0) return own;
    return known.filter(({ provider }) => companyOf(provider) === companyOf(name));
  });
  return [...new Set(found)];
}

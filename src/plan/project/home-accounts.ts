/** The list of accounts that a home keeps for all its runs: read, checked, and written again. */
import type { z } from 'zod';
import { UserError } from '../../kernel/user-error.ts';
import { accountDocument, type PlanAccount, type PlanPrice, resolveAccount } from '../accounts.ts';
import { complainAbout } from '../problems/mistakes.ts';
import { createReport } from '../problems/report.ts';
import { homeAccountsShape } from '../shapes/account-shapes.ts';

export interface HomeAccounts {
  /** What all accounts together may cost in a day; null: no limit. */
  readonly usdPerDay: number | null;
  /** By the model's name, or how it begins. */
  readonly prices: Readonly<Record<string, PlanPrice>>;
  readonly accounts: readonly PlanAccount[];
}

export const noAccounts: HomeAccounts = { usdPerDay: null, prices: {}, accounts: [] };

/** `folder`: what paths are relative to. Throws a UserError with what is wrong. */
export function parseAccounts(text: string, file: string, folder: string): HomeAccounts {
  return checkAccounts(documentIn(text, file), file, folder);
}

/** Throws a PlanError with everything that is wrong; no message holds what might be a key. */
export function checkAccounts(document: unknown, file: string, folder: string): HomeAccounts {
  const read = homeAccountsShape.safeParse(document);
  const report = createReport({ file, folder, defaultName: 'accounts', locate: () => null });
  if (!read.success) complainAbout(read.error.issues, document, [], report);
  report.throwIfAny();
  const { usdPerDay = null, prices, accounts } = read.data as z.output<typeof homeAccountsShape>;
  const priced = Object.entries(prices).map(
    ([model, price]) => [model, { ...price, cached: price.cached ?? null }] as const,
  );
  return {
    usdPerDay,
    prices: Object.fromEntries(priced),
    accounts: Object.entries(accounts).map(([name, value]) => resolveAccount(name, value, folder)),
  };
}

function documentIn(text: string, file: string): unknown {
  // What the parser says would quote the text, and there may be a key in it.
  const hint = 'mend it, or move it away';
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new UserError('accounts.unreadable', `${file} is no JSON`, hint);
  }
  if (typeof document === 'object') return document;
  throw new UserError('accounts.unreadable', `${file} holds no map with accounts`, hint);
}

export function accountsText({ usdPerDay, prices, accounts }: HomeAccounts): string {
  const rates = Object.entries(prices).map(([model, { cached, ...price }]) => {
    return [model, cached === null ? price : { ...price, cached }] as const;
  });
  const document = {
    ...(usdPerDay === null ? {} : { usdPerDay }),
    ...(rates.length === 0 ? {} : { prices: Object.fromEntries(rates) }),
    accounts: Object.fromEntries(accounts.map((each) => [each.name, accountDocument(each)])),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Accounts as they are written, in a plan or in a home's own list, once they are checked. */
import { resolve } from 'node:path';
import type { z } from 'zod';
import type { accountShape, strategyWords } from './shapes/account-shapes.ts';
import { runArgv } from './shell.ts';

/** Null, also of a limit: there is none. */
export interface PlanAccount {
  readonly name: string;
  readonly provider: string;
  readonly key:
    | { readonly kind: 'none' }
    | { readonly kind: 'env'; readonly name: string }
    /** Absolute. */
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'command'; readonly argv: readonly string[] };
  readonly variable: string | null;
  readonly model: string | null;
  readonly price: PlanPrice | null;
  readonly limits: {
    readonly concurrency: number | null;
    readonly requestsPerMinute: number | null;
    readonly tokensPerMinute: number | null;
    readonly usdPerDay: number | null;
    readonly usdMax: number | null;
  };
}

export interface PlanPrice {
  readonly input: number;
  readonly output: number;
  readonly cached: number | null;
}

/** Which accounts a role's attempts use; names of providers stand for all of theirs. */
export interface Borrowing {
  readonly names: readonly string[];
  readonly strategy: (typeof strategyWords)[number];
}

export type AccountValue = z.output<typeof accountShape>;

/** `folder`: what a path is relative to. */
export function resolveAccount(name: string, value: AccountValue, folder: string): PlanAccount {
  const { provider, variable = null, model = null, price, concurrency = null } = value;
  const { requestsPerMinute = null, tokensPerMinute = null } = value;
  const { usdPerDay = null, usdMax = null } = value;
  return {
    ...{ name, provider, key: keyOf(value, folder), variable, model },
    price: price ? { ...price, cached: price.cached ?? null } : null,
    limits: { concurrency, requestsPerMinute, tokensPerMinute, usdPerDay, usdMax },
  };
}

function keyOf({ keyEnv, keyFile, keyCommand }: AccountValue, folder: string): PlanAccount['key'] {
  if (keyEnv !== undefined) return { kind: 'env', name: keyEnv };
  if (keyFile !== undefined) return { kind: 'file', path: resolve(folder, keyFile) };
  if (keyCommand === undefined) return { kind: 'none' };
  const run = typeof keyCommand === 'string' ? { shell: keyCommand } : { argv: keyCommand };
  return { kind: 'command', argv: runArgv(run, process.platform) };
}

/** As it would be written. */
export function accountDocument(account: PlanAccount): z.input<typeof accountShape> {
  const { provider, key, price, variable, model, limits } = account;
  return {
    provider,
    ...withoutNulls({ variable, model, ...limits }),
    ...(key.kind === 'env' && { keyEnv: key.name }),
    ...(key.kind === 'file' && { keyFile: key.path }),
    ...(key.kind === 'command' && { keyCommand: [...key.argv] }),
    ...(price && { price: withoutNulls({ ...price }) }),
  } as z.input<typeof accountShape>;
}

function withoutNulls(map: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== null));
}

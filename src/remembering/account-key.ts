/** The key of an account of the home, for whoever only asks for vectors. */

import { askProgram } from '../agents/command-line/version.ts';
import type { Config } from '../config.ts';
import { readHomeAccounts } from '../crew/accounting.ts';
import type { Clock } from '../kernel/clock.ts';
import { UserError } from '../kernel/user-error.ts';

export async function keyOfAccount(
  { home, environment, platform }: Config,
  clock: Clock,
  name: string,
): Promise<string | null> {
  const account = readHomeAccounts(home).accounts.find((each) => each.name === name);
  if (!account) {
    const message = `TROUPE_EMBEDDER_ACCOUNT is "${name}", and no account is called so`;
    throw new UserError('account.unknown', message, 'see: troupe accounts list');
  }
  const defined = Object.entries(environment).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  );
  const ask = ([program = '', ...rest]: readonly string[]) =>
    askProgram(program, rest, Object.fromEntries(defined));
  const { Keyring } = await import('../accounts/keys.ts');
  const answer = await new Keyring({ environment, platform, ask, clock }).read(account);
  if (answer.kind === 'key') return answer.key;
  const { code, message } = answer.fault;
  throw new UserError(code, message, 'or unset TROUPE_EMBEDDER_ACCOUNT');
}

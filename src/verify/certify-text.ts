/** The certificate of a plan as somebody wrote it, with the accounts of a home. */
import { accountsFor, readHomeAccounts } from '../crew/accounting.ts';
import { type Certificate, certify } from './certificate.ts';
import type { PlanText } from './plan-text.ts';

export function certifyText({ plan, lineOf }: PlanText, home: string): Certificate {
  const list = readHomeAccounts(home);
  const purses = { accounts: accountsFor(plan, list), usdPerDay: list.usdPerDay };
  return certify(plan, purses, lineOf);
}

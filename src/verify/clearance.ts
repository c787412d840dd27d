/** The quick look at a plan before every run: what surely goes wrong stops it, in milliseconds. */
import type { Config } from '../config.ts';
import { UserError } from '../kernel/user-error.ts';
import type { Plan } from '../plan/plan.ts';
import type { Project } from '../plan/project/project.ts';
import { boundOf, type Certificate } from './certificate.ts';
import { certifyText } from './certify-text.ts';
import { findingOf, type Property } from './flaw.ts';
import { planText, type Setting } from './plan-text.ts';
import { requirePlayers } from './players.ts';
import type { Unbounded } from './verdict.ts';

export interface ClearOptions {
  /** Also refuses a plan of which some part has no limit. */
  readonly requireCertificate?: boolean;
  /** Lets it through although it can't come through. */
  readonly anyway?: boolean;
}

/** What no luck can mend. That a task fails may be what a person wants to see. */
const stopping: readonly Property[] = [
  'approval.impossible',
  'budget.too-small',
  'account.cannot-afford',
  'role.unplayed',
];

/** The same of a plan that is to be worked off by this process. */
export async function clearHere(
  given: Plan | string,
  options: ClearOptions,
  config: Config,
  project: Project | null,
): Promise<Plan> {
  const plan = await clear(given, options, { home: config.home, project });
  if (!options.anyway) await requirePlayers(plan, config);
  return plan;
}

/** The plan, when nothing speaks against its run; throws a UserError with what does. */
export async function clear(
  given: Plan | string,
  { requireCertificate = false, anyway = false }: ClearOptions,
  setting: Setting,
): Promise<Plan> {
  const text = await planText(given, setting);
  const certificate = certifyText(text, setting.home);
  const flaws = certificate.flaws.filter(({ property }) => stopping.includes(property));
  if (flaws.length > 0 && !anyway) {
    const messages = flaws.map((flaw) => findingOf(flaw, text.lineOf).message);
    const hint = 'mend it (troupe verify says more), or begin it all the same with --anyway';
    throw new UserError('plan.refuted', messages.join('\n'), hint);
  }
  if (requireCertificate && boundOf(certificate) === null) throw uncertain(certificate);
  return text.plan;
}

function uncertain({ unbounded }: Certificate): UserError {
  const message = ['the plan has no certificate:', ...unbounded.map(unboundedLine)].join('\n  ');
  const hint = 'say in the plan what an attempt costs at most: costUsdMax: 0.50';
  return new UserError('plan.unbounded', message, hint);
}

/** `agents.coder (line 7): nobody knows ...` */
function unboundedLine({ key, line, message }: Unbounded): string {
  return `${key}${line > 0 ? ` (line ${line})` : ''}: ${message}`;
}

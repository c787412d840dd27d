/** Work that comes to a house, from wherever: a plan, and where it is to be done. */
import { statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { createTroupe, type Troupe } from '../app.ts';
import type { Clock } from '../kernel/clock.ts';
import { UserError } from '../kernel/user-error.ts';
import type { Plan } from '../plan/plan.ts';
import type { Run } from '../runs/run.ts';
import type { ClearOptions } from '../verify/clearance.ts';

export interface Work extends ClearOptions {
  /** A file, as seen from the folder; or the plan itself. */
  readonly plan: string | Plan;
  /** Where it is done, under that folder's own `troupe.yaml`. Default: where the house is. */
  readonly folder?: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly speed?: number;
  /** The name that was reserved for its run. */
  readonly as?: string;
}

/** What surely goes wrong is told before a cent is spent. */
export async function beginWork(troupe: Troupe, clock: Clock, work: Work): Promise<Run> {
  const { folder = troupe.config.cwd, inputs = {}, speed = 1, as } = work;
  const there = folder === troupe.config.cwd ? troupe : troupeIn(troupe, folder, clock);
  const plan = typeof work.plan === 'string' ? resolve(folder, work.plan) : work.plan;
  const { requireCertificate = false, anyway = false } = work;
  const cleared =
    anyway && !requireCertificate ? plan : await there.clear(plan, { requireCertificate, anyway });
  return there.run(cleared, { inputs, speed, ...(as !== undefined && { as }) });
}

/** The same home, seen from another folder. */
function troupeIn({ config: { home } }: Troupe, folder: string, clock: Clock): Troupe {
  const isThere = isAbsolute(folder) && statSync(folder, { throwIfNoEntry: false })?.isDirectory();
  if (isThere) return createTroupe({ home, cwd: folder, clock });
  const hint = 'name a folder of this machine, from its root';
  throw new UserError('work.no-folder', `there is no folder "${folder}" to work in`, hint);
}

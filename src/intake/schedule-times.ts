/** When a schedule comes next, in its time zone; the one file that knows cron's words. */
import { Cron } from 'croner';
import { UserError } from '../kernel/user-error.ts';
import type { Schedule } from '../plan/serve-shapes.ts';

export interface Times {
  /** IANA, also where the machine's own is meant. */
  readonly zone: string;
  /** The first time after this one, in milliseconds since the epoch; null: never again. */
  after(ms: number): number | null;
}

/** Throws a UserError for a time or a zone that there is not. */
export function timesOf({ name, cron, zone }: Schedule, nowMs: number): Times {
  const timezone = zone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const after = (ms: number): number | null =>
    new Cron(cron, { timezone, paused: true }).nextRun(new Date(ms))?.getTime() ?? null;
  try {
    if (after(nowMs) === null) throw new Error(`"${cron}" never comes`);
  } catch (error) {
    const message = `schedules: ${name}: ${(error as Error).message}`;
    const hint = 'write five fields such as "0 6 * * 1-5", and a zone such as Europe/Berlin';
    throw new UserError('schedule.bad-time', message, hint);
  }
  return { zone: timezone, after };
}

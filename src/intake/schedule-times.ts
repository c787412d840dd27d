/** When a schedule comes next, in its time zone; the one file that knows cron's words. */
import { Cron } from 'croner';
import { UserError } from '../kernel/user-error.ts';
import type { Schedule } from '../plan/project/serve-shapes.ts';

export interface Times {
  /** IANA, also where the machine's own is meant. */
  readonly zone: string;
  /** The first time after this one, in milliseconds since the epoch; null: never again. */
  after(ms: number): number | null;
}

/** Throws a UserError for a time or a zone that there is not. */
export function timesOf({ name, cron, zone }: Schedule, nowMs: number): Times {
  if (zone !== null && !isZone(zone)) {
    throw badTime(name, `there is no time zone "${zone}"`, 'name one such as Europe/Berlin or UTC');
  }
  const timezone = zone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const after = (ms: number): number | null =>
    new Cron(cron, { timezone, paused: true }).nextRun(new Date(ms))?.getTime() ?? null;
  const hint = 'write five fields such as "0 6 * * 1-5", or @daily and its like';
  let next: number | null;
  try {
    next = after(nowMs);
  } catch {
    throw badTime(name, mistakeIn(cron), hint);
  }
  if (next === null) throw badTime(name, `"${cron}" never comes`, hint);
  return { zone: timezone, after };
}

const badTime = (name: string, what: string, hint: string): UserError =>
  new UserError('schedule.bad-time', `schedules: ${name}: ${what}`, hint);

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

const fieldNames = ['minute', 'hour', 'day of the month', 'month', 'day of the week'];

/** Which of its fields can't be read: each is tried with nothing wrong around it. */
function mistakeIn(cron: string): string {
  const fields = cron.trim().split(/\s+/);
  const names = fields.length === 6 ? ['second', ...fieldNames] : fieldNames;
  if (fields.length !== names.length) {
    return cron.startsWith('@')
      ? `"${cron}" is none of @hourly, @daily, @weekly, @monthly and @yearly`
      : `"${cron}" is no time in cron's words: it has ${fields.length} of 5 fields`;
  }
  const wrong = names.findIndex((_, at) => {
    const alone = names.map((_, place) => (place === at ? fields[at] : '*')).join(' ');
    return !isPattern(alone);
  });
  const [name, field] = [names[wrong], fields[wrong]];
  return name === undefined
    ? `"${cron}" is no time in cron's words`
    : `"${field}" in "${cron}" is no ${name}`;
}

function isPattern(cron: string): boolean {
  try {
    return new Cron(cron, { paused: true }) !== null;
  } catch {
    return false;
  }
}

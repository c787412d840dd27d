/**
 * What is begun at certain times: each time that has come becomes an entry of the ledger.
 *
 * Owns: `serve/schedules.json`, up to which time each schedule has been looked after.
 * Invariants:
 * - a time is never begun twice: its entry has a key made of it, and is there before it is noted;
 * - a schedule never overtakes itself: while its last work is open, a time is left out;
 * - times at which nobody served become one entry, or none, as the schedule says; one that is new,
 *   or whose time was changed, has missed nothing;
 * - a clock that was wrong for a while leaves no schedule silent until the time that it had shown.
 */
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import type { Schedule } from '../plan/project/serve-shapes.ts';
import { writeForGood } from '../runs/disk.ts';
import { reserveRun } from '../runs/folder.ts';
import type { Entry } from './entry.ts';
import type { Ledger } from './ledger.ts';
import { type Times, timesOf } from './schedule-times.ts';
import { readWhole } from './whole.ts';

/** Noticed later than this, a time was missed. */
const lateMs = 60_000;

const notesShape = z.record(z.string(), z.object({ when: z.string(), untilMs: z.number() }));
type Notes = z.infer<typeof notesShape>;

/** One schedule, for people. */
export interface ScheduleLine {
  readonly name: string;
  readonly cron: string;
  readonly zone: string;
  readonly nextMs: number | null;
  /** Its work goes on, or waits for its turn. */
  readonly isOpen: boolean;
}

export interface ScheduleParts {
  readonly home: string;
  readonly schedules: readonly Schedule[];
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly random: Random;
}

interface Kept {
  readonly schedule: Schedule;
  readonly times: Times;
  untilMs: number;
}

export class Schedules {
  readonly #parts: ScheduleParts;
  readonly #file: string;
  readonly #kept: readonly Kept[];

  /** Throws a UserError for a schedule whose time can't be read. */
  constructor(parts: ScheduleParts) {
    this.#parts = parts;
    this.#file = join(parts.home, 'serve', 'schedules.json');
    const now = parts.clock.now();
    const notes = readNotes(this.#file);
    this.#kept = parts.schedules.map((schedule) => {
      const note = notes[schedule.name];
      const untilMs = note?.when === whenOf(schedule) ? note.untilMs : now;
      return { schedule, times: timesOf(schedule, now), untilMs };
    });
    if (this.#kept.length > 0) this.#save();
  }

  get lines(): readonly ScheduleLine[] {
    return this.#kept.map(({ schedule: { name, cron }, times, untilMs }) => ({
      ...{ name, cron, zone: times.zone, nextMs: times.after(untilMs) },
      isOpen: this.#isOpen(name),
    }));
  }

  look(): void {
    const now = this.#parts.clock.now();
    let isChanged = false;
    for (const kept of this.#kept) {
      isChanged = hasTurnedBack(kept, now) || isChanged;
      const due = kept.times.after(kept.untilMs);
      if (due === null || due > now) continue;
      const { name, missed } = kept.schedule;
      const isLeftOut = missed === 'skip' && now - due > lateMs;
      if (!isLeftOut && !this.#isOpen(name)) this.#add(kept.schedule, due);
      kept.untilMs = now;
      isChanged = true;
    }
    if (isChanged) this.#save();
  }

  #add(schedule: Schedule, dueMs: number): void {
    const { home, ledger, clock, random } = this.#parts;
    const { name, work } = schedule;
    const key = `${name}@${new Date(dueMs).toISOString().replace(/[-:]|\.\d+/g, '')}`;
    if (ledger.findDone(key)) return;
    ledger.add({
      key,
      from: { kind: 'schedule', schedule: name, dueMs },
      work: workOf(name, work),
      priority: 0,
      takenAt: clock.now(),
      run: reserveRun(home, name, random),
    });
  }

  #isOpen(name: string): boolean {
    const { ledger } = this.#parts;
    return ledger.open.some(({ from }) => from.kind === 'schedule' && from.schedule === name);
  }

  #save(): void {
    const notes = this.#kept.map(({ schedule, untilMs }) => {
      return [schedule.name, { when: whenOf(schedule), untilMs }] as const;
    });
    writeForGood(this.#file, `${JSON.stringify(Object.fromEntries(notes))}\n`);
  }
}

/** Looked after up to a time that is yet to come: the clock has been put right since. */
function hasTurnedBack(kept: Kept, now: number): boolean {
  if (kept.untilMs <= now) return false;
  kept.untilMs = now;
  return true;
}

const whenOf = ({ cron, zone }: Schedule): string => `${cron} ${zone ?? ''}`;

function workOf(id: string, work: Schedule['work']): Entry['work'] {
  if (work.kind === 'plan') return work;
  const { prompt, agent } = work;
  return { kind: 'task', asked: { id, prompt, agent, priority: 0 } };
}

/** What can't be read any more is begun anew: nothing was missed then. */
function readNotes(file: string): Notes {
  const read = notesShape.safeParse(readWhole(file));
  return read.success ? read.data : {};
}

/** How a house is: a score from 0 to 100, and the reason for each point that is missing. Pure. */
import type { Finished } from './entry.ts';
import type { PlanTrouble } from './schedule-plans.ts';

export interface Reason {
  readonly points: number;
  readonly what: string;
  /** The next step. */
  readonly hint: string;
}

/** What was seen at the last beat. */
export interface Signs {
  /** Null: nobody can tell. */
  readonly diskFreeBytes: number | null;
  /** What went wrong at the last beat, by what was attended to. */
  readonly troubles: Readonly<Record<string, string>>;
  /** Runs that can't be gone on with. */
  readonly stuck: readonly { readonly run: string; readonly why: string }[];
  /** Names in the inbox of what is no plain file. */
  readonly strange: readonly string[];
  /** Plans of schedules that could not be begun. */
  readonly plans: readonly PlanTrouble[];
  readonly waiting: number;
  readonly waitingMax: number;
  /** How long the first one has waited. */
  readonly oldestWaitMs: number;
  /** The beat came so much later than it should have. */
  readonly lagMs: number;
  /** Of the worker that looks after memory: `idle`, `off`, `crashed`. */
  readonly memory: string;
  /** The newest last. */
  readonly recent: readonly Finished[];
}

export interface Health {
  readonly score: number;
  readonly reasons: readonly Reason[];
}

const mebi = 1024 * 1024;
const hourMs = 3_600_000;
const scarceBytes = 1024 * mebi;
const fullBytes = 100 * mebi;
const lagMaxMs = 5_000;
/** Fewer say nothing. */
const judgedMin = 5;
const judgedMax = 20;
/** A role that fails so often in a row has something wrong with it. */
const rowMin = 3;

export const noSigns: Signs = {
  diskFreeBytes: null,
  troubles: {},
  stuck: [],
  strange: [],
  plans: [],
  waiting: 0,
  waitingMax: 1,
  oldestWaitMs: 0,
  lagMs: 0,
  memory: 'off',
  recent: [],
};

export function healthOf(signs: Signs): Health {
  const reasons = [
    ...troubles(signs),
    ...disk(signs),
    ...stuck(signs),
    ...strange(signs),
    ...plans(signs),
    ...queue(signs),
    ...failures(signs),
    ...roles(signs),
    ...schedules(signs),
    ...lag(signs),
    ...memory(signs),
  ];
  const missing = reasons.reduce((sum, { points }) => sum + points, 0);
  return { score: Math.max(0, 100 - missing), reasons };
}

function troubles({ troubles }: Signs): readonly Reason[] {
  return Object.entries(troubles).map(([what, why]) => {
    const hint = 'mend that; it is tried again by itself';
    return { points: 40, what: `${what}: ${why}`, hint };
  });
}

function disk({ diskFreeBytes }: Signs): readonly Reason[] {
  if (diskFreeBytes === null || diskFreeBytes >= scarceBytes) return [];
  const what = `the disk has ${Math.floor(diskFreeBytes / mebi)} MiB left`;
  const hint = 'troupe runs prune removes old runs';
  return [{ points: diskFreeBytes < fullBytes ? 60 : 30, what, hint }];
}

function stuck({ stuck }: Signs): readonly Reason[] {
  return stuck.slice(0, 3).map(({ run, why }) => {
    return { points: 15, what: `${run} does not go on: ${why}`, hint: `troupe resume ${run}` };
  });
}

function strange({ strange }: Signs): readonly Reason[] {
  const [first, ...more] = strange;
  if (first === undefined) return [];
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  const what = `inbox: ${first}${others} is no plain file, and is left alone`;
  return [{ points: 5, what, hint: 'put the file itself there, not a link or a folder' }];
}

function plans({ plans }: Signs): readonly Reason[] {
  return plans.slice(0, 3).map(({ schedule, file, why }) => {
    const [first = ''] = why.split('\n');
    const what = `schedule ${schedule} can't begin its plan: ${first}`;
    return { points: 15, what, hint: `mend it before its time comes: troupe verify ${file}` };
  });
}

function queue({ waiting, waitingMax, oldestWaitMs }: Signs): readonly Reason[] {
  const reasons: Reason[] = [];
  if (waiting >= waitingMax) {
    const hint = 'files stay in the inbox until there is room';
    reasons.push({ points: 30, what: `${waiting} tasks wait, which is the most`, hint });
  }
  if (oldestWaitMs > hourMs) {
    const hours = Math.floor(oldestWaitMs / hourMs);
    const hint = 'more may work at once: inbox: { concurrency: ... }';
    reasons.push({ points: 10, what: `a task has waited for ${hours} h`, hint });
  }
  return reasons;
}

function failures({ recent }: Signs): readonly Reason[] {
  const judged = recent.slice(-judgedMax);
  const failed = judged.filter(({ answer }) => answer.status === 'failed');
  if (judged.length < judgedMin || failed.length * 2 <= judged.length) return [];
  const what = `${failed.length} of the last ${judged.length} tasks failed`;
  const last = failed.at(-1)?.answer.run;
  return [{ points: 30, what, hint: last ? `troupe logs ${last}` : 'see the answers' }];
}

/** An agent that is gone, or whose account is: others may go on well meanwhile. */
function roles({ recent }: Signs): readonly Reason[] {
  const byRole = new Map<string, Finished[]>();
  for (const finished of recent) {
    const { work } = finished.entry;
    const role = work.kind === 'task' ? work.asked.agent : null;
    if (role !== null) byRole.set(role, [...(byRole.get(role) ?? []), finished]);
  }
  return [...byRole].flatMap(([role, ended]) => {
    const last = ended.slice(-rowMin);
    const hasFailed = last.every(({ answer }) => answer.status === 'failed');
    const answer = last.at(-1)?.answer;
    if (last.length < rowMin || !hasFailed || !answer) return [];
    const [why = ''] = (answer.error?.message ?? '').split('\n');
    const what = `${role}: its last ${rowMin} tasks failed, at last by: ${why}`;
    return [{ points: 25, what, hint: 'see whether it can be reached: troupe doctor --probe' }];
  });
}

/** By what came of its last time. */
function schedules({ recent }: Signs): readonly Reason[] {
  const last = new Map<string, Finished>();
  for (const finished of recent) {
    const { from } = finished.entry;
    if (from.kind === 'schedule') last.set(from.schedule, finished);
  }
  const failed = [...last].filter(([, { answer }]) => answer.status === 'failed');
  return failed.slice(0, 2).map(([name, { answer }]) => {
    const what = `schedule ${name} failed last time: ${answer.error?.message ?? answer.status}`;
    return { points: 10, what, hint: answer.run ? `troupe logs ${answer.run}` : 'mend it' };
  });
}

function lag({ lagMs }: Signs): readonly Reason[] {
  if (lagMs <= lagMaxMs) return [];
  const what = `the machine is too busy: a look came ${Math.round(lagMs / 1_000)} s late`;
  return [{ points: 20, what, hint: 'let fewer work at once' }];
}

function memory({ memory }: Signs): readonly Reason[] {
  if (memory !== 'crashed') return [];
  const what = 'nobody looks after memory: its worker has crashed';
  return [{ points: 10, what, hint: 'troupe memory health says why' }];
}

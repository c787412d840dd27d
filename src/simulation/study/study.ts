/** Simulates a plan many times, and says how often it ends well, how long it takes, how dear. */
import { assert } from '../../../machines/errors.ts';
import { compilePlan } from '../../plan/compile.ts';
import { type Bottleneck, bottlenecksOf, remedyOf } from './bottlenecks.ts';
import { type Digest, sentenceOf } from './digest.ts';
import type { Job } from './job.ts';
import { type Histogram, histogramOf, type Spread, spreadOf } from './spread.ts';
import { runSeeds, type Seeds, type Watcher } from './threads.ts';
import { varied } from './variation.ts';

export interface Outlook {
  /** Simulated; fewer than asked for when it was stopped. */
  readonly seeds: number;
  readonly succeeded: number;
  readonly durationMs: Figures;
  readonly costUsd: Figures;
  /** The durations of those that succeeded: one that fails early is soon over. */
  readonly successMs: Figures;
  readonly bottlenecks: readonly Finding[];
  /** What did not succeed, or broke a rule. */
  readonly failures: readonly Failure[];
  readonly faults: number;
  readonly kills: number;
  readonly violations: number;
}

/** Of the runs that came to an end. */
export interface Figures extends Spread {
  readonly histogram: Histogram;
}

export interface Finding extends Bottleneck {
  /** The share by which the p50 would be shorter; null when that was not tried. */
  readonly shorter: number | null;
}

export interface Failure {
  readonly seed: number;
  /** In a sentence. */
  readonly why: string;
  /** The same without the task: what others may have failed of, too. */
  readonly reason: string;
  /** The task that failed first; null when none did. */
  readonly task: string | null;
}

const chartParts = 24;
/** Only the worst are tried out, and only when they matter, on some of the seeds. */
const triedMax = 3;
const triedShareMin = 0.05;
const triedSeedsMax = 200;
const triedSeedsMin = 20;
/** All trials together simulate no more tasks than the study itself, or so many. */
const triedTasksMin = 9_000;

export async function study(job: Job, seeds: Seeds, watcher: Watcher): Promise<Outlook> {
  const digests = await runSeeds(job, seeds, watcher);
  const counted = job.plan.roles.filter(
    ({ count, concurrency }) => (count ?? concurrency) !== null,
  );
  const names = new Set(counted.map(({ name }) => name));
  const found = bottlenecksOf(compilePlan(job.plan), names, digests);
  const worst = found.filter(({ variation, share }) => variation && share >= triedShareMin);
  const trials = trialsOf(job.plan.tasks.length, seeds.count);
  const trying = worst.slice(0, trials.things);
  const few = { first: seeds.first, count: trials.seeds };
  const bottlenecks: Finding[] = [];
  for (const each of found) {
    const isTried = trying.includes(each);
    bottlenecks.push(isTried ? await tried(each, job, few, digests, watcher) : untried(each));
  }
  return outlookOf(digests, bottlenecks);
}

export interface Trials {
  readonly things: number;
  /** Of how many seeds each. */
  readonly seeds: number;
}

/**
 * What is tried in a study of so many seeds: what would help is worth as much time as what is, and
 * no more. Rather fewer seeds of each than fewer things; the worst is always tried.
 */
export function trialsOf(tasks: number, seeds: number): Trials {
  const tasksMax = Math.max(triedTasksMin, seeds * tasks);
  const most = Math.min(seeds, triedSeedsMax);
  for (let things = triedMax; things > 1; things -= 1) {
    const each = Math.min(most, Math.floor(tasksMax / (things * tasks)));
    if (each >= Math.min(seeds, triedSeedsMin)) return { things, seeds: each };
  }
  return { things: 1, seeds: most };
}

const untried = (bottleneck: Bottleneck): Finding => ({ ...bottleneck, shorter: null });

/** The same seeds again, with the one thing changed. */
async function tried(
  bottleneck: Bottleneck,
  job: Job,
  seeds: Seeds,
  before: readonly Digest[],
  watcher: Watcher,
): Promise<Finding> {
  const { variation, says } = bottleneck;
  const same = before.filter(({ seed }) => seed < seeds.first + seeds.count);
  const p50Before = durationOf(same).p50;
  if (variation === null || p50Before === 0) return untried(bottleneck);
  const changed = { ...varied(job, variation), check: false };
  const quiet: Watcher = { signal: watcher.signal, onDigest: () => {} };
  const after = await runSeeds(changed, seeds, quiet);
  if (after.length < seeds.count) return untried(bottleneck);
  const shorter = 1 - durationOf(after).p50 / p50Before;
  return { ...bottleneck, says: `${says}; ${remedyOf(variation, shorter)}`, shorter };
}

function outlookOf(digests: readonly Digest[], bottlenecks: readonly Finding[]): Outlook {
  const bad = digests.filter(({ end, violations }) => end !== 'succeeded' || violations.length > 0);
  const ended = endedOnes(digests);
  const good = digests.filter(({ end }) => end === 'succeeded');
  return {
    seeds: digests.length,
    succeeded: good.length,
    durationMs: figuresOf(ended.map(({ durationMs }) => durationMs)),
    costUsd: figuresOf(ended.map(({ costUsd }) => costUsd)),
    successMs: figuresOf(good.map(({ durationMs }) => durationMs)),
    bottlenecks,
    failures: bad.map(failureOf),
    faults: digests.reduce((sum, { faults }) => sum + faults, 0),
    kills: digests.reduce((sum, { kills }) => sum + kills, 0),
    violations: digests.reduce((sum, { violations }) => sum + violations.length, 0),
  };
}

/** A rule that is broken says more than what came of it. */
function failureOf({ seed, cause, violations: [broken] }: Digest): Failure {
  if (broken !== undefined) return { seed, why: broken, reason: broken, task: null };
  assert(cause, `seed ${seed} did not succeed, and nothing was broken`);
  return { seed, why: sentenceOf(cause), reason: cause.reason, task: cause.task };
}

const endedOnes = (digests: readonly Digest[]): readonly Digest[] =>
  digests.filter(({ end }) => end !== 'unfinished');

const durationOf = (digests: readonly Digest[]): Spread =>
  spreadOf(endedOnes(digests).map(({ durationMs }) => durationMs));

function figuresOf(figures: readonly number[]): Figures {
  return { ...spreadOf(figures), histogram: histogramOf(figures, chartParts) };
}

/** Stays with a run until it ends or is stopped: progress, facts, signals, and the last words. */
import { type Run, type RunFact, type SeenRun, systemClock, type Troupe } from '../../src/index.ts';
import { ago } from '../ago.ts';
import type { Exit } from '../exits.ts';
import { commandLine } from '../options.ts';
import { err, out, ReaderGone } from '../terminal/render.ts';
import { canDraw, type Environment } from '../terminal/style.ts';
import { plainLine } from '../terminal/text.ts';
import { conclude, isOver, type Watched, type WatchOptions } from './conclusion.ts';
import type { Progress } from './follower.ts';
import { openProgress } from './progress.ts';
import { relayFacts } from './relay.ts';
import { Stops } from './stops.ts';

/** What else is shown of it; the last words are not said before it is gone. */
export type Beside = (run: SeenRun) => Promise<void>;

/** `begin` is called once signals are listened to: no child is ever without somebody to end it. */
export async function watch(
  troupe: Troupe,
  begin: () => Promise<SeenRun>,
  options: WatchOptions,
  beside?: Beside,
): Promise<Exit> {
  const watched = await watchUntil(troupe, begin, options, () => false, beside);
  const { run, end, tookMs } = watched;
  return conclude(run, end, tookMs, options);
}

export interface WatchedRun<Seen extends SeenRun = Run> {
  readonly run: Seen;
  readonly end: Watched;
  /** Null: it was over before. */
  readonly tookMs: number | null;
  /** Whether it was stopped because what happened was enough. */
  readonly isEnough: boolean;
}

/** Stops it, as if a person had, once a fact is enough for now. */
export async function watchUntil<Seen extends SeenRun>(
  troupe: Troupe,
  begin: () => Promise<Seen>,
  options: WatchOptions,
  enough: (fact: RunFact) => boolean,
  beside: Beside = async () => {},
): Promise<WatchedRun<Seen>> {
  const stops = new Stops(systemClock);
  const startedMs = systemClock.elapsed();
  let isEnough = false;
  try {
    const run = await begin();
    const wasOver = isOver(run.view());
    const shown = beside(run);
    const end = await accompany(run, troupe, stops, options, (fact) => {
      if (!enough(fact)) return false;
      isEnough = true;
      run.stop();
      return true;
    });
    await shown;
    const tookMs = wasOver ? null : systemClock.elapsed() - startedMs;
    return { run, end, tookMs, isEnough };
  } finally {
    stops.close();
  }
}

async function accompany(
  run: SeenRun,
  troupe: Troupe,
  stops: Stops,
  options: WatchOptions,
  takes: (fact: RunFact) => boolean,
): Promise<Watched> {
  const { environment } = troupe.config;
  const progress = openProgress({
    run,
    output: err,
    environment,
    clock: systemClock,
    style: styleOf(options, environment),
    told: options.manner === 'follows' ? 'begins' : 'goes on',
    approve: (task) => commandLine(['approve', run.id, task], options),
  });
  try {
    const shown = show(run, progress, takes);
    if (!options.quiet && !options.panes) sayRecalls(run, progress);
    const relayed = options.json ? relay(run, troupe, stops) : null;
    const end = await Promise.race([run.end, obey(run, stops, progress, options)]);
    if (end.kind === 'killed') return end;
    await shown;
    const error = await relayed;
    return error === null ? end : { kind: 'halted', error };
  } finally {
    progress.close();
  }
}

/** Facts on the same terminal would be drawn over. */
function styleOf({ quiet, panes, json, log }: WatchOptions, environment: Environment) {
  if (log) return log;
  if (quiet || panes) return 'quiet';
  return canDraw(err, environment) && !(json && out.isTerminal) ? 'drawn' : 'lines';
}

/** `build: seen before, 3 days ago, verified (release-7f3k2/notes)` */
async function sayRecalls(run: SeenRun, progress: Progress): Promise<void> {
  for await (const { task, recalled } of run.recalls()) {
    const [first] = recalled;
    if (!first) continue;
    const age = ago(systemClock.now() - first.finished_at);
    const verdict = first.verified ? ', verified' : '';
    const more = recalled.length > 1 ? ` and ${recalled.length - 1} more` : '';
    const source = `${first.run_id}/${first.task_id}`;
    progress.say(plainLine(`${task}: seen before, ${age}${verdict} (${source}${more})`));
  }
}

async function show(
  run: SeenRun,
  progress: Progress,
  takes: (fact: RunFact) => boolean,
): Promise<void> {
  for await (const fact of run.events()) if (!takes(fact)) progress.take(fact);
}

/**
 * When nobody reads the facts any more, nobody waits for the run: it is stopped, gently. Answers
 * what went wrong otherwise.
 */
async function relay(run: SeenRun, troupe: Troupe, stops: Stops): Promise<unknown> {
  try {
    await relayFacts(run.events(), () => troupe.facts(run.id), out);
    return null;
  } catch (error) {
    const isGone = error instanceof ReaderGone;
    stops.gently(isGone ? 'nobody reads stdout any more' : 'stdout can not be written');
    return isGone ? null : error;
  }
}

/** Stops gently when asked once; resolves when asked twice, with every agent dead. */
async function obey(
  run: SeenRun,
  stops: Stops,
  progress: Progress,
  { manner = 'works' }: WatchOptions,
): Promise<Watched> {
  const reason = await stops.first;
  if (manner === 'follows') {
    run.stop();
    return { kind: 'left' };
  }
  progress.say(`Stopping (${reason}): agents are asked to end. Ctrl-C again ends them at once.`);
  run.stop();
  await stops.second;
  progress.say('Ending everything now.');
  await run.kill();
  return { kind: 'killed' };
}

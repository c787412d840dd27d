/** Stays with a run until it ends or is stopped: progress, facts, signals, and the last words. */
import { relative } from 'node:path';
import * as library from '../src/index.ts';
import { type Run, type RunEnd, type RunView, systemClock, type Troupe } from '../src/index.ts';
import { printAnswers } from './answers.ts';
import { type Exit, exits } from './exits.ts';
import { commandLine, type HomeOption, type JsonOption } from './options.ts';
import { openProgress, type Progress } from './progress.ts';
import { relayFacts } from './relay.ts';
import { err, out, ReaderGone } from './render.ts';
import { Stops } from './stops.ts';
import { canDraw, type Environment, money, type Palette, paletteFor, plural } from './style.ts';
import { plainLine } from './text.ts';
import { tell } from './trouble.ts';

export interface WatchOptions extends HomeOption, JsonOption {
  readonly quiet?: true;
}

type Watched = RunEnd | { readonly kind: 'killed' };

/** `begin` is called once signals are listened to: no child is ever without somebody to end it. */
export async function watch(
  troupe: Troupe,
  begin: () => Promise<Run>,
  options: WatchOptions,
): Promise<Exit> {
  const stops = new Stops(systemClock);
  const startedMs = systemClock.elapsed();
  try {
    const run = await begin();
    const wasOver = isOver(run.view());
    const end = await accompany(run, troupe, stops, options);
    const tookMs = wasOver ? null : systemClock.elapsed() - startedMs;
    return await conclude(run, end, tookMs, options);
  } finally {
    stops.close();
  }
}

async function accompany(
  run: Run,
  troupe: Troupe,
  stops: Stops,
  options: WatchOptions,
): Promise<Watched> {
  const { environment } = troupe.config;
  const progress = openProgress({
    run,
    output: err,
    environment,
    clock: systemClock,
    style: styleOf(options, environment),
    approve: (task) => commandLine(['approve', run.id, task], options),
  });
  warnOfBudget(run, progress);
  try {
    const shown = show(run, progress);
    const relayed = options.json ? relay(run, troupe, stops) : Promise.resolve();
    const killed = obey(run, stops, progress);
    const end = await Promise.race([run.end, killed]);
    if (end.kind !== 'killed') await Promise.all([shown, relayed]);
    return end;
  } finally {
    progress.close();
  }
}

/** Said before anything is spent: a limit that is silently not kept is worse than none. */
function warnOfBudget({ plan }: Run, progress: Progress): void {
  if (plan.budgetUsd === null) return;
  const budget = money(plan.budgetUsd);
  progress.say(`The budget of ${budget} is noted, but this version does not enforce it.`);
}

/** Facts on the same terminal would be drawn over. */
function styleOf({ quiet, json }: WatchOptions, environment: Environment) {
  if (quiet) return 'quiet';
  return canDraw(err, environment) && !(json && out.isTerminal) ? 'drawn' : 'lines';
}

async function show(run: Run, progress: Progress): Promise<void> {
  for await (const fact of run.events()) progress.take(fact);
}

/** When nobody reads the facts any more, nobody waits for the run: it is stopped, gently. */
async function relay(run: Run, troupe: Troupe, stops: Stops): Promise<void> {
  try {
    await relayFacts(run.events(), () => troupe.facts(run.id), out);
  } catch (error) {
    stops.gently('nobody reads stdout any more');
    await run.end;
    if (!(error instanceof ReaderGone)) throw error;
  }
}

/** Stops gently when asked once; resolves when asked twice, with every agent dead. */
async function obey(run: Run, stops: Stops, progress: Progress): Promise<Watched> {
  const reason = await stops.first;
  progress.say(`Stopping (${reason}): agents are asked to end. Ctrl-C again ends them at once.`);
  run.stop();
  await stops.second;
  progress.say('Ending everything now.');
  await run.kill();
  return { kind: 'killed' };
}

async function conclude(
  run: Run,
  end: Watched,
  tookMs: number | null,
  options: WatchOptions,
): Promise<Exit> {
  switch (end.kind) {
    case 'ended':
      if (!options.json) await printAnswers(run, out);
      if (!options.quiet) err.note(summaryOf(run, tookMs, options));
      return exitOf(end.status);
    case 'stopped':
    case 'killed':
      err.note(`Stopped. Go on with: ${commandLine(['resume', run.id], options)}\n`);
      return exits.stopped;
    case 'halted': {
      const exit = tell(end.error, library);
      err.note(`Go on, once that is mended: ${commandLine(['resume', run.id], options)}\n`);
      // The run is whole: it is the world around it that was a person's to mend.
      return exit === exits.mistaken ? exits.stopped : exit;
    }
  }
}

function exitOf(status: RunView['status']): Exit {
  return status === 'succeeded' ? exits.succeeded : exits.failed;
}

/** Nothing more will happen in it. */
export function isOver({ status }: RunView): boolean {
  return status !== 'planning' && status !== 'running';
}

/** `tookMs` null: it was over before. */
function summaryOf(run: Run, tookMs: number | null, options: HomeOption): string {
  const palette = paletteFor(err, library.readConfig().environment);
  const { status, counts, total, costUsd, reason, tasks } = run.view();
  const bad = (['failed', 'skipped', 'cancelled'] as const).filter((each) => counts[each] > 0);
  const told = bad.map((each) => `, ${counts[each]} ${each}`).join('');
  const cost = costUsd === 0 ? '' : `, cost ${money(costUsd)}`;
  const size = `${counts.succeeded} of ${plural(total, 'task')}${told}`;
  const time = tookMs === null ? '' : `, in ${library.duration(tookMs)}`;
  const culprit = tasks.find(({ state }) => state === 'failed');
  const rows = [
    `${verdict(status, palette)} ${run.id}: ${size}${time}${cost}`,
    ...(reason === '' ? [] : [`  because  ${plainLine(reason)}`]),
    ...(culprit ? [`  look     ${commandLine(['logs', run.id, culprit.id], options)}`] : []),
    `  report   ${near(run.folder.report)}`,
    `  results  ${near(run.folder.results)}`,
  ];
  return rows.map((row) => `${row}\n`).join('');
}

function verdict(status: string, { green, red, bold }: Palette): string {
  return bold((status === 'succeeded' ? green : red)(status));
}

/** As a person in this folder would type it. */
function near(path: string): string {
  const way = relative('', path);
  return way.startsWith('..') ? path : way;
}

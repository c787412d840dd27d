/** `troupe simulate`: plays a plan through many times in virtual time, and says what to expect. */
import type { Command } from 'commander';
import {
  type Setting,
  type Simulation,
  systemClock,
  type Troupe,
  tellChoices,
} from '../../src/index.ts';
import { type Exit, exits } from '../exits.ts';
import {
  addHome,
  addJson,
  collectSetting,
  commandLine,
  type HomeOption,
  type JsonOption,
  openTroupe,
  readWhole,
} from '../options.ts';
import { type Again, answerOf, guessesOf, linesOf, ratesOf, reportOf } from '../reports/outlook.ts';
import { err, out } from '../terminal/render.ts';
import { paletteFor } from '../terminal/style.ts';
import { Tally } from '../terminal/tally.ts';
import { type Act, addExamples } from '../verb.ts';
import { Stops } from '../watching/stops.ts';

interface SimulateOptions extends HomeOption, JsonOption {
  readonly seeds?: number;
  readonly seed?: number;
  readonly faults?: string;
  readonly from?: string;
  readonly set?: readonly Setting[];
  readonly check?: true;
}

export function define(command: Command, act: Act): void {
  command
    .argument('[plan]', 'the file with the plan, YAML or JSON; may be left out with --from')
    .option('--seeds <n>', 'how many runs (default: 200, or 1 with --seed)', readWhole)
    .option('--seed <n>', "the first seed (default: the plan's own)", readWhole)
    .option('--faults <mix>', 'what else goes wrong: none, all, or shares such as crash=0.05')
    .option('--from <run>', 'go on from where this run is now, living or stopped')
    .option(
      '--set <name=value>',
      'a change of the plan, in its own words; can be repeated',
      collectSetting,
    )
    .option('--check', 'hold every run against the rules that must hold in any run');
  addJson(
    command,
    'print one object: seeds, succeeded, durationMs, costUsd, bottlenecks, failures',
  );
  addHome(command).action(act(simulate));
  addExamples(command, [
    'troupe simulate plan.yaml',
    'troupe simulate examples/level-6.yaml --seeds 1000',
    'troupe simulate plan.yaml --faults crash=0.05,hang=0.02 --check',
    'troupe simulate plan.yaml --seed 17',
    'troupe simulate --from latest --set concurrency=8',
  ]);
}

async function simulate(plan: string | undefined, options: SimulateOptions): Promise<Exit> {
  const troupe = openTroupe(options);
  const stops = new Stops(systemClock);
  const tally = new Tally(err, systemClock, troupe.config.environment);
  try {
    const answer = ask(troupe, plan, options, stops, tally);
    const simulation = await Promise.race([answer, stops.second]);
    tally.close();
    // Asked twice: not even what is known is waited for.
    if (!simulation) return exits.stopped;
    await print(troupe, simulation, plan, options);
    if (simulation.seeds === simulation.asked)
      return simulation.violations > 0 ? exits.failed : exits.succeeded;
    return exits.stopped;
  } finally {
    tally.close();
    stops.close();
  }
}

/** The first Ctrl-C ends the simulation, not the command: what is known is still printed. */
async function ask(
  troupe: Troupe,
  plan: string | undefined,
  { seed, seeds = seed === undefined ? undefined : 1, faults, from, set, check }: SimulateOptions,
  stops: Stops,
  tally: Tally,
): Promise<Simulation> {
  const stop = new AbortController();
  stops.first.then(() => stop.abort());
  return troupe.simulate(plan ?? null, {
    ...(seeds !== undefined && { seeds }),
    ...(seed !== undefined && { seed }),
    ...(faults !== undefined && { faults }),
    ...(from !== undefined && { from }),
    ...(set && { set }),
    ...(check && { check }),
    signal: stop.signal,
    onProgress: (progress) => tally.take(progress),
  });
}

/** What plays one seed again, as it was. */
function wordsFor(
  seed: number,
  plan: string | undefined,
  from: string | null,
  { faults, set = [], check }: SimulateOptions,
): readonly string[] {
  return [
    'simulate',
    ...(plan === undefined ? [] : [plan]),
    ...(from === null ? [] : ['--from', from]),
    ...set.flatMap(({ key, text }) => ['--set', `${key}=${text}`]),
    ...['--seed', String(seed)],
    ...(faults === undefined ? [] : ['--faults', faults]),
    ...(check ? ['--check'] : []),
  ];
}

async function print(
  troupe: Troupe,
  simulation: Simulation,
  plan: string | undefined,
  options: SimulateOptions,
): Promise<void> {
  const again: Again = (seed) =>
    commandLine(wordsFor(seed, plan, simulation.from, options), options);
  err.note(guessesOf(simulation));
  if (options.json) {
    err.note(linesOf(tellChoices(simulation.choices)));
    err.note(ratesOf(simulation, err.columns));
    return out.json(answerOf(simulation, again));
  }
  const palette = paletteFor(out, troupe.config.environment);
  await out.write(reportOf(simulation, again, { palette, columns: out.columns }));
}

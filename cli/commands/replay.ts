/** `troupe replay`: goes back to any moment of a run, plays it again, or checks it by the rules. */
import type { Command } from 'commander';
import {
  type Instant,
  type Rewind,
  type RunFact,
  readInstant,
  readTime,
  systemClock,
  type Troupe,
  UserError,
} from '../../src/index.ts';
import { type Exit, exits } from '../exits.ts';
import {
  addHome,
  addJson,
  type HomeOption,
  type JsonOption,
  openTroupe,
  readSpeed,
} from '../options.ts';
import { differenceOf, sceneOf } from '../reports/scene.ts';
import { verdictsOf } from '../reports/verdicts.ts';
import { err, out } from '../terminal/render.ts';
import { type Palette, paletteFor, plural } from '../terminal/style.ts';
import { type Act, addExamples } from '../verb.ts';
import { JsonChronicle, LineChronicle } from '../watching/chronicle.ts';
import { play } from '../watching/film.ts';
import { Stops } from '../watching/stops.ts';

interface ReplayOptions extends HomeOption, JsonOption {
  readonly to?: string;
  readonly at?: string;
  readonly diff?: readonly string[];
  readonly speed?: number;
  readonly check?: true;
  readonly asTest?: true;
}

export function define(command: Command, act: Act): void {
  command
    .argument('<run>', 'its name, the beginning of it, or latest')
    .option('--to <n>', 'the moment after this input (default: the last one)')
    .option('--at <time>', 'the moment at a time: 2026-01-31T12:00:00Z, or +90s after its begin')
    .option('--diff <moments...>', 'what changed between two moments, as inputs or times')
    .option('--speed <n>', 'play what happened again, so many times faster', readSpeed)
    .option('--check', 'hold the journal against the rules that hold of every run')
    .option('--as-test', 'print a test file for vitest that replays the run for ever');
  addJson(command, 'print one object; with --speed, each fact as a line of JSON');
  addHome(command).action(act(replay));
  addExamples(command, [
    'troupe replay latest',
    'troupe replay latest --to 42',
    'troupe replay latest --at +90s --json',
    'troupe replay latest --diff 10 +2m',
    'troupe replay latest --speed 10',
    'troupe replay latest --check',
    'troupe replay latest --as-test > regression.test.ts',
  ]);
}

interface Scene {
  readonly troupe: Troupe;
  readonly rewind: Rewind;
  readonly run: string;
  readonly options: ReplayOptions;
  readonly palette: Palette;
}

async function replay(name: string, options: ReplayOptions): Promise<Exit> {
  refuseTogether(options);
  const troupe = openTroupe(options);
  const { id: run } = await troupe.folder(name);
  const rewind = await troupe.rewind(run);
  const palette = paletteFor(out, troupe.config.environment);
  const scene = { troupe, rewind, run, options, palette };
  try {
    if (options.check) return await check(scene);
    if (options.asTest) return await writeTest(scene);
    if (options.diff) return await showDifference(scene, options.diff);
    if (options.speed !== undefined) return await film(scene, options.speed);
    return await show(scene);
  } finally {
    rewind.close();
  }
}

/** Each asks for another answer. */
function refuseTogether({ to, at, diff, speed, check, asTest }: ReplayOptions): void {
  const asked = { '--diff': diff, '--speed': speed, '--check': check, '--as-test': asTest };
  const given = Object.entries(asked).flatMap(([name, value]) => (value ? [name] : []));
  const moments = [to === undefined ? '' : '--to', at === undefined ? '' : '--at'].filter(Boolean);
  const ends = speed === undefined ? moments : [];
  const all = [...given, ...(given.length > 0 ? ends : moments)];
  if (all.length < 2) return;
  const message = `${all.join(' and ')} can't be asked for together`;
  throw new UserError('replay.unclear', message, 'choose one: troupe replay --help');
}

function momentOf({ to, at }: ReplayOptions): Instant | undefined {
  if (at !== undefined) return readTime(at);
  return to === undefined ? undefined : readInputNumber(to);
}

function readInputNumber(text: string): Instant {
  const instant = /^\d+$/.test(text) ? readInstant(text) : null;
  if (instant?.kind === 'input') return instant;
  const hint = 'for a time write --at; troupe replay RUN says how many inputs there are';
  throw new UserError('moment.unreadable', `"${text}" is no number of an input`, hint);
}

async function show({ rewind, options, palette }: Scene): Promise<Exit> {
  const moment = rewind.moment(momentOf(options));
  if (options.json) await out.json(moment);
  else await out.write(sceneOf(moment, rewind.begunAt ?? 0, palette, out.columns));
  return exits.succeeded;
}

async function showDifference({ rewind, options, palette }: Scene, moments: readonly string[]) {
  const [one, other, ...more] = moments;
  if (one === undefined || other === undefined || more.length > 0) {
    const message = `--diff takes two moments, not ${moments.length}`;
    const hint = 'write: troupe replay RUN --diff 10 +2m (the name of the run first)';
    throw new UserError('replay.unclear', message, hint);
  }
  const difference = rewind.compare(readInstant(one), readInstant(other));
  if (options.json) {
    await out.json(difference);
    return exits.succeeded;
  }
  await out.write(`${differenceOf(difference, out.columns)}\n`);
  const chronicle = new LineChronicle(out, palette);
  for (const fact of difference.facts) await chronicle.tell(fact);
  return exits.succeeded;
}

async function film({ troupe, rewind, run, options, palette }: Scene, speed: number) {
  const end = momentOf(options);
  const lastSeq = end === undefined ? Number.POSITIVE_INFINITY : rewind.moment(end).facts;
  const stops = new Stops(systemClock);
  const chronicle = options.json ? new JsonChronicle(out) : new LineChronicle(out, palette);
  const note = (text: string): void => err.note(text);
  try {
    const scenes = upTo(troupe.facts(run), lastSeq);
    const show = (fact: RunFact): Promise<void> => chronicle.tell(fact);
    await play({ scenes, speed, show, clock: systemClock, stopped: stops.first, note });
  } finally {
    stops.close();
  }
  return exits.succeeded;
}

async function* upTo(facts: AsyncIterable<RunFact>, seq: number): AsyncGenerator<RunFact> {
  for await (const fact of facts) {
    if (fact.seq > seq) return;
    yield fact;
  }
}

async function check({ rewind, run, options, palette }: Scene): Promise<Exit> {
  const findings = await rewind.check();
  const violations = findings.reduce((sum, finding) => sum + finding.violations.length, 0);
  if (options.json) await out.json({ run, violations, axioms: findings });
  else await out.write(verdictsOf(findings, palette));
  err.note(`${plural(findings.length, 'rule')}, ${plural(violations, 'violation')}.\n`);
  return violations === 0 ? exits.succeeded : exits.failed;
}

async function writeTest({ rewind, run }: Scene): Promise<Exit> {
  for (const piece of rewind.asTest()) await out.write(piece);
  err.note(`The test holds the whole journal of ${run}, also what its agents said.\n`);
  return exits.succeeded;
}

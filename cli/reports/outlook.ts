/** What a simulation found, as a report for people and as one object for programs. */
import { duration, type Simulation, tellChoices } from '../../src/index.ts';
import { money, type Palette, plural, table } from '../terminal/style.ts';
import { cut, padEnd, padStart, plainLine } from '../terminal/text.ts';
import { detailOf, subjectOf } from '../terminal/words.ts';

/** The command that plays one seed again. */
export type Again = (seed: number) => string;

type Figures = Simulation['durationMs'];
type Course = Simulation['courses'][number];
type Origin = Course['fail']['from'];
type Kind = NonNullable<Course['kinds']>[number];

interface Page {
  readonly palette: Palette;
  readonly columns: number;
}

type Failure = Simulation['failures'][number];

const reasonsMax = 10;
const tasksMax = 6;

/** Exactly what is promised, in this order. */
export function answerOf(simulation: Simulation, again: Again) {
  const { seeds, succeeded, durationMs, costUsd, bottlenecks, failures } = simulation;
  return {
    seeds,
    succeeded,
    durationMs: spreadOf(durationMs),
    costUsd: spreadOf(costUsd),
    bottlenecks: bottlenecks.map(({ kind, role, share, shorter, says }) => {
      return { kind, role, share, shorter, says };
    }),
    failures: failures.map(({ seed, why }) => ({ seed, why, command: again(seed) })),
  };
}

const spreadOf = ({ p50, p95, worst }: Figures) => ({ p50, p95, worst });

export function reportOf(simulation: Simulation, again: Again, page: Page): string {
  const parts = [
    storyOf(simulation, page),
    summaryOf(simulation, page),
    chartOf(simulation, page),
    section('Held up by', linesOf(simulation.bottlenecks.map(({ says }) => says)), page),
    section('Chosen by what was learned', linesOf(tellChoices(simulation.choices)), page),
    section('Rates', ratesOf(simulation, page.columns), page),
    section(`Failures: ${simulation.failures.length}`, failuresOf(simulation, again, page), page),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

/** `   12.3 s  task.started  build  coder-1, attempt 1`: of a single run, all that happened. */
function storyOf({ story, beganAt }: Simulation, { palette: { dim } }: Page): string {
  const types = story.reduce((most, { type }) => Math.max(most, type.length), 0);
  const rows = story.map((fact) => {
    const rest = [plainLine(subjectOf(fact)), detailOf(fact)].filter((part) => part !== '');
    const time = dim(padStart(duration(fact.at - beganAt), 11));
    return `${[time, padEnd(fact.type, types), ...rest].join('  ').trimEnd()}\n`;
  });
  return rows.join('');
}

function summaryOf(simulation: Simulation, { palette }: Page): string {
  const { name, seeds, asked, succeeded, faults, kills, violations } = simulation;
  const { bold, green, red } = palette;
  const colour = succeeded === seeds ? green : red;
  const early = seeds < asked ? ` (stopped before the other ${asked - seeds})` : '';
  const trouble =
    faults + kills > 0 ? `, with ${plural(faults, 'fault')} and ${plural(kills, 'kill')}` : '';
  const broken = violations > 0 ? `, ${red(`${plural(violations, 'rule')} broken`)}` : '';
  const share = seeds === 0 ? '' : ` (${shareOf(succeeded / seeds)})`;
  const told = bold(colour(`${succeeded} of ${seeds} succeeded${share}`));
  return `${plainLine(name)}: ${told}${early}${trouble}${broken}\n`;
}

/** Never a round 100 for what was not all. */
function shareOf(share: number): string {
  const percent = share * 100;
  if (percent === 0 || percent === 100) return `${percent} %`;
  return `${Math.min(99.9, Math.max(0.1, percent)).toFixed(1)} %`;
}

function chartOf(simulation: Simulation, { palette, columns }: Page): string {
  const { durationMs, costUsd, successMs, seeds, succeeded, unpriced } = simulation;
  if (seeds === 0) return '';
  const isMixed = succeeded > 0 && succeeded < seeds;
  const rows = [
    ['', 'HALF WITHIN', '95 % WITHIN', 'WORST', ''],
    figuresRow('duration', durationMs, duration, palette),
    ...(isMixed ? [figuresRow('of successes', successMs, duration, palette)] : []),
    figuresRow('cost', costUsd, priceTold(unpriced.length > 0), palette),
  ];
  return table(rows, columns + 40);
}

/** Where nobody knows a price, nothing is not what it costs. */
const priceTold =
  (isGuessed: boolean) =>
  (usd: number): string =>
    money(isGuessed && usd === 0 ? null : usd);

const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

function figuresRow(
  name: string,
  { p50, p95, worst, histogram }: Figures,
  say: (figure: number) => string,
  { blue }: Palette,
): readonly string[] {
  const { least, most, counts } = histogram;
  const highest = counts.reduce((one, other) => Math.max(one, other), 0);
  const bar = (count: number): string =>
    count === 0 ? ' ' : (bars[Math.ceil((count / highest) * bars.length) - 1] ?? ' ');
  const chart =
    counts.length > 1 ? `${say(least)} ${blue(counts.map(bar).join(''))} ${say(most)}` : '';
  return [name, say(p50), say(p95), say(worst), chart];
}

function section(title: string, body: string, { palette }: Page): string {
  if (body === '') return '';
  const rows = body.trimEnd().split('\n');
  return `${palette.bold(title)}\n${rows.map((row) => `  ${row}\n`).join('')}`;
}

export const linesOf = (lines: readonly string[]): string =>
  lines.map((line) => `${plainLine(line)}\n`).join('');

/** How the attempts of each role go, and where that is known from. */
export function ratesOf({ courses, unpriced }: Simulation, columns: number): string {
  const heads = ['ROLE', 'AN ATTEMPT', 'FAILS', 'CRASHES', 'COSTS', 'FROM'];
  const rows = courses.flatMap((course) => [
    [
      plainLine(course.role),
      workOf(course),
      shareOf(course.fail.value),
      shareOf(course.crash.value),
      priceTold(unpriced.includes(course.role))(course.costUsd.value),
      originsOf(course),
    ],
    ...(course.kinds ?? []).map((kind) => kindRow(course, kind)),
  ]);
  return table([heads, ...rows], Math.max(columns, 120));
}

/** `  fix login  1 min to 4 min  ...  12 past attempts in 3 runs; 2 tasks like them` */
function kindRow({ fail, crash, costUsd }: Course, kind: Kind): readonly string[] {
  const { attempts, runs, tasks } = kind;
  const past = `${plural(attempts, 'past attempt')} in ${plural(runs, 'run')}`;
  return [
    `  ${plainLine(kind.kind)}`,
    kind.workMs ? rangeOf(kind.workMs) : '',
    shareOf(kind.fail ?? fail.value),
    shareOf(kind.crash ?? crash.value),
    money(kind.costUsd ?? costUsd.value),
    `${past}; ${plural(tasks.length, 'task')} like them`,
  ];
}

/** From the shortest to the longest that may be. */
function workOf({ workMs, taskMs }: Course): string {
  const own = Object.values(taskMs).flat();
  return rangeOf(
    own.length > 0 && workMs.from.kind === 'assumed' ? own : [...workMs.value, ...own],
  );
}

function rangeOf(samplesMs: readonly number[]): string {
  const least = samplesMs.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
  const most = samplesMs.reduce((one, other) => Math.max(one, other), 0);
  return least === most ? duration(least) : `${duration(least)} to ${duration(most)}`;
}

/** One word where all come from one place. */
function originsOf({ workMs, taskMs, fail, crash, costUsd }: Course): string {
  const parts = new Map<string, string[]>();
  const own = Object.keys(taskMs).length;
  const fields = { work: workMs, fail, crash, cost: costUsd };
  for (const [name, { from }] of Object.entries(fields)) {
    const origin = originOf(from);
    parts.set(origin, [...(parts.get(origin) ?? []), name]);
  }
  const more = own > 0 ? `; ${plural(own, 'task')} by what is known of them` : '';
  if (parts.size === 1) return [...parts.keys()].join('') + more;
  return [...parts].map(([origin, names]) => `${names.join(', ')}: ${origin}`).join('; ') + more;
}

function originOf(from: Origin): string {
  switch (from.kind) {
    case 'plan':
      return 'the plan';
    case 'history':
      return `${plural(from.attempts, 'past attempt')} in ${plural(from.runs, 'run')}`;
    case 'assumed':
      return 'assumed';
  }
}

/** The same reason once, with the tasks that failed of it and the first of its seeds. */
function failuresOf({ failures }: Simulation, again: Again, { palette }: Page): string {
  const reasons = new Map<string, Failure[]>();
  for (const failure of failures) {
    reasons.set(failure.reason, [...(reasons.get(failure.reason) ?? []), failure]);
  }
  const sorted = [...reasons].toSorted(([, one], [, other]) => other.length - one.length);
  const shown = sorted.slice(0, reasonsMax).map(([reason, same]) => {
    const times = padStart(`${same.length} x`, 6);
    const line = `${times}  ${cut(plainLine(reason), 120)}${tasksOf(same)}`;
    return `${line}\n        ${palette.dim(again(same[0]?.seed ?? 0))}\n`;
  });
  const more = sorted.length - shown.length;
  return `${shown.join('')}${more > 0 ? `and ${plural(more, 'other reason')}\n` : ''}`;
}

/** `: build 12, test 3` */
function tasksOf(failures: readonly Failure[]): string {
  const counts = new Map<string, number>();
  for (const { task } of failures) if (task) counts.set(task, (counts.get(task) ?? 0) + 1);
  const sorted = [...counts].toSorted(([, one], [, other]) => other - one);
  const shown = sorted.slice(0, tasksMax).map(([task, times]) => `${plainLine(task)} ${times}`);
  if (shown.length === 0) return '';
  return `: ${shown.join(', ')}${sorted.length > tasksMax ? ', ...' : ''}`;
}

/** What was assumed, and how to say it better; empty when nothing was. */
export function guessesOf(simulation: Simulation): string {
  const { guessed, unpriced, courses } = simulation;
  const example = guessed[0] ?? unpriced[0];
  if (example === undefined) return '';
  const course = courses.find(({ role }) => role === (guessed[0] ?? ''));
  const time = duration(course?.workMs.value[0] ?? 0);
  const words = [
    ...(guessed.length > 0 ? ['work: 5m..20m'] : []),
    ...(unpriced.length > 0 ? ['costUsd: 0.5'] : []),
  ].join(', ');
  const lines = [
    guessed.length > 0 &&
      `Nobody knows how long an attempt of ${listed(guessed)} takes: ${time} is assumed.`,
    unpriced.length > 0 &&
      `Nobody knows what an attempt of ${listed(unpriced)} costs: its limit is assumed, or 0.`,
    `Say it in the plan, agents: { ${example}: { simulate: { ${words} } } }, or run the plan:`,
    'three attempts in past runs are enough to learn from.\n',
  ];
  return lines.filter((line) => line !== false).join('\n');
}

const listed = (names: readonly string[]): string => names.map(plainLine).join(', ');

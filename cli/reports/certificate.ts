/** What verification found, as a report for people and as one object for programs. */
import { duration, type PlanVerification, type TraceStep } from '../../src/index.ts';
import { dayOf, money, type Palette, plural, table, timeOf } from '../terminal/style.ts';
import { plainLine } from '../terminal/text.ts';

type Bound = NonNullable<PlanVerification['bound']>;
type Worst = PlanVerification['worst'];

/** Exactly what is promised, in this order. */
export function answerOf(verification: PlanVerification) {
  const { verdict, findings, states, seconds, bound, unbounded } = verification;
  return { verdict, findings, states, seconds, bound, unbounded };
}

interface Page {
  readonly palette: Palette;
  readonly columns: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export function reportOf(verification: PlanVerification, page: Page): string {
  const parts = [
    headOf(verification, page),
    ...verification.findings.map((finding) => findingOf(finding, page)),
    certificateOf(verification, page),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function headOf({ name, verdict, reach, findings }: PlanVerification, { palette }: Page): string {
  const { bold, green, red, yellow } = palette;
  const colour = { proved: green, refuted: red, bounded: yellow }[verdict];
  const why = verdict === 'refuted' ? `refuted: ${plural(findings.length, 'finding')}` : reach;
  return `${plainLine(name)}: ${bold(colour(why))}\n`;
}

type Finding = PlanVerification['findings'][number];

function findingOf({ property, message, trace }: Finding, { palette: { red } }: Page): string {
  const chart = trace.length === 0 ? '' : `\n\`\`\`mermaid\n${chartOf(trace)}\`\`\`\n`;
  return `${red(property)} ${plainLine(message)}\n${chart}`;
}

/** A message sequence chart. */
export function chartOf(trace: readonly TraceStep[]): string {
  const rows = trace.map(({ from, to, event }) => {
    return `  ${nameOf(from)}->>${nameOf(to)}: ${plainLine(event).replaceAll(/[;#]/g, ',')}\n`;
  });
  return `sequenceDiagram\n${rows.join('')}`;
}

/** Mermaid takes some signs and some words of a name for its own. */
const nameOf = (name: string): string =>
  plainLine(name)
    .replaceAll(/[^\w/-]/g, '_')
    .replace(/^end$/i, 'end_');

function certificateOf(verification: PlanVerification, page: Page): string {
  const { worst, likely, unbounded } = verification;
  const { dim } = page.palette;
  const rows = [
    ['', 'BEST', 'EXPECTED', 'AT MOST'],
    row('duration', ({ durationMs }) => duration(durationMs), likely, worst),
    [...moneyRow(likely), money(worst.costUsd)],
    row('agent calls', ({ calls }) => String(calls), likely, worst),
  ];
  const notes = [
    ...(likely ? guessLines(likely) : []),
    `At most ${plural(worst.attempts, 'attempt')} of its tasks. Not counted: waits that a provider`,
    `orders (rate limits), and stops of Troupe; each adds itself, and ${pauseOf(worst)}.`,
  ];
  return [
    `${sentenceOf(worst, page.now)}\n`,
    ...unbounded.map((part) => `  ${page.palette.yellow('unbounded')} ${lineOf(part)}\n`),
    '\n',
    table(rows, page.columns),
    ...notes.map((note) => `${dim(note)}\n`),
    ...verification.notes.map((note) => `${page.palette.yellow('note')} ${plainLine(note)}\n`),
  ].join('');
}

/** What nobody can say, also not of the best case. */
function moneyRow(likely: PlanVerification['likely']): readonly string[] {
  if (likely === null) return ['cost', '', ''];
  const say = (usd: number) => money(likely.unpriced.length > 0 ? null : usd);
  return ['cost', say(likely.best.costUsd), say(likely.expected.costUsd)];
}

function guessLines({ guessed, assumedMs }: Likely): readonly string[] {
  if (guessed.length === 0) return [];
  const [names, time] = [guessed.map(plainLine).join(', '), duration(assumedMs)];
  return [
    `Nobody knows how long an attempt of ${names} takes: best and expected assume ${time}.`,
    'Say it, simulate: { work: 5m..20m } on a role, or run the plan: it learns from three.',
  ];
}

type Likely = NonNullable<PlanVerification['likely']>;
type Part = PlanVerification['unbounded'][number];

function lineOf({ key, line, message }: Part): string {
  return plainLine(`${key}${line > 0 ? ` (line ${line})` : ''}: ${message}`);
}

function row(
  name: string,
  say: (figures: Omit<Bound, 'costUsd'> & { readonly costUsd: number | null }) => string,
  likely: PlanVerification['likely'],
  worst: Worst,
): readonly string[] {
  return [name, likely ? say(likely.best) : '', likely ? say(likely.expected) : '', say(worst)];
}

/** `This plan ends: at the latest 14:32 (3 h 05 min), at most $4.10, at most 46 agent calls.` */
export function sentenceOf(worst: Worst, now: number, subject = 'This plan ends'): string {
  return `${subject}: ${limitsOf(worst, now)}.`;
}

export function limitsOf({ durationMs, costUsd, calls }: Worst, now: number): string {
  const cost = costUsd === null ? 'nobody knows at what cost' : `at most ${money(costUsd)}`;
  const latest = `at the latest ${momentOf(now + durationMs, now)} (${duration(durationMs)})`;
  return `${latest}, ${cost}, at most ${plural(calls, 'agent call')}`;
}

/** Without the day when it is today. */
function momentOf(at: number, now: number): string {
  const time = timeOf(at).slice(0, 5);
  return dayOf(at) === dayOf(now) ? time : `${dayOf(at)} ${time}`;
}

function pauseOf({ pause }: Worst): string {
  const { durationMs, costUsd } = pause;
  return `at most ${duration(durationMs)}, ${money(costUsd)} and one call`;
}

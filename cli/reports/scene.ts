/** A moment of a run as tables for a person: everybody's state, attempt, timers and reasons. */
import { type ActorMoment, type Difference, duration, type Moment } from '../../src/index.ts';
import { dayOf, money, type Palette, plural, table, timeOf } from '../terminal/style.ts';
import { plainLine } from '../terminal/text.ts';

/** `2026-01-31 12:00:00.123`, where the reader is. */
function instantText(at: number): string {
  return `${dayOf(at)} ${timeOf(at)}.${String(at % 1_000).padStart(3, '0')}`;
}

const titles: readonly (readonly [machine: string, title: string])[] = [
  ['orchestrator', 'RUN'],
  ['supervisor', 'ROLE'],
  ['agent', 'AGENT'],
  ['task', 'TASK'],
  ['context', 'SHARED'],
];

const heads = ['STATE', 'ATTEMPT', 'WITH', 'TIMERS', 'DOES', 'WHY'];

export function sceneOf(moment: Moment, begunAt: number, palette: Palette, columns: number) {
  const { actors } = moment;
  if (actors.length === 0) return `${headline(moment, begunAt, palette)}\nNobody is there yet.\n`;
  const parts = titles.flatMap(([machine, title]) => {
    const ofKind = actors.filter((actor) => actor.machine === machine);
    if (ofKind.length === 0) return [];
    const rows = ofKind.map((actor) => row(actor, moment.at, palette));
    return [table(withoutEmpty([[title, ...heads], ...rows]), columns)];
  });
  return `${headline(moment, begunAt, palette)}\n${parts.join('\n')}`;
}

/** Columns in which nobody has anything. */
function withoutEmpty(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const [first = [], ...rest] = rows;
  const kept = first.map((_, at) => rest.some((cells) => cells[at] !== ''));
  return rows.map((cells) => cells.filter((_, at) => kept[at]));
}

function headline(moment: Moment, begunAt: number, { bold, dim }: Palette): string {
  const { run, n, at, status, counts, total, costUsd, facts, reason } = moment;
  if (n === 0) return `${bold(plainLine(run))} before its first input\n`;
  const ended = counts.succeeded + counts.failed + counts.skipped + counts.cancelled;
  const when = `${instantText(at)}, ${duration(at - begunAt)} after its begin`;
  const why = reason === '' ? '' : `: ${plainLine(reason)}`;
  const work = `${ended} of ${plural(total, 'task')} ended`;
  const stand = `${work}, ${plural(facts, 'fact')}, ${money(costUsd)}`;
  const heading = `${bold(plainLine(run))} after input ${n} ${dim(`(${when})`)}`;
  return `${heading}\n${status}${why}, ${stand}\n`;
}

function row(actor: ActorMoment, at: number, palette: Palette): readonly string[] {
  const { address, state, attempt, partner, works, mailbox, why } = actor;
  const unread = mailbox.length > 0 ? [`unread: ${mailbox.join(', ')}`] : [];
  return [
    plainLine(address),
    colourOf(state, palette)(state),
    attempt > 0 ? String(attempt) : '',
    plainLine(partner ?? ''),
    timersOf(actor, at),
    works.join(', '),
    plainLine([why, ...unread].filter((part) => part !== '').join('; ')),
  ];
}

/** `retryDelay 1.2 s`: what is left of each. */
function timersOf({ timers }: ActorMoment, at: number): string {
  return timers.map(({ name, dueMs }) => `${name} ${left(dueMs - at)}`).join(', ');
}

const left = (ms: number): string => (ms > 0 ? duration(ms) : 'due');

export function differenceOf({ from, to, changed }: Difference, columns: number): string {
  const span = `${duration(to.at - from.at)} and ${plural(to.n - from.n, 'input')} later`;
  const begin =
    from.n === 0 ? 'before the first input' : `input ${from.n}, ${instantText(from.at)}`;
  const heading = `from ${begin}\nto   input ${to.n}, ${instantText(to.at)}: ${span}\n`;
  if (changed.length === 0) return `${heading}\nNobody is in another state.\n`;
  const rows = changed.map(({ address, before, after }) => {
    return [plainLine(address), brief(before, from.at), brief(after, to.at)];
  });
  return `${heading}\n${table([['ACTOR', 'BEFORE', 'AFTER'], ...rows], columns)}`;
}

function brief(actor: ActorMoment | null, at: number): string {
  if (actor === null) return '-';
  const { state, attempt, partner, why } = actor;
  const parts = [
    attempt > 0 ? `attempt ${attempt}` : '',
    plainLine(partner ?? ''),
    timersOf(actor, at),
    plainLine(why),
  ];
  return [state, ...parts.filter((part) => part !== '')].join(', ');
}

function colourOf(state: string, { green, red, yellow, blue, dim }: Palette) {
  const [outer = ''] = state.split('.');
  if (outer === 'succeeded') return green;
  if (outer === 'failed' || outer === 'crashed') return red;
  if (['retrying', 'parked', 'approving', 'escalated', 'held'].includes(outer)) return yellow;
  return ['running', 'working', 'verifying', 'assigned', 'reporting'].includes(outer) ? blue : dim;
}

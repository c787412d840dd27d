/** `troupe status`: how the house is that serves this home, and why it is not better. */
import type { Command } from 'commander';
import {
  askStatus,
  type HouseStatus,
  type Reason,
  type ScheduleLine,
  systemClock,
} from '../../src/index.ts';
import { ago } from '../ago.ts';
import { exits } from '../exits.ts';
import { addHome, addJson, type HomeOption, type JsonOption, openTroupe } from '../options.ts';
import { err, out } from '../terminal/render.ts';
import { dayOf, type Palette, paletteFor, plural, table, timeOf } from '../terminal/style.ts';
import { plainLine } from '../terminal/text.ts';
import { type Act, addExamples } from '../verb.ts';

type StatusOptions = HomeOption & JsonOption;

export function define(command: Command, act: Act): void {
  addJson(command, 'print one object');
  addHome(command).action(act(status));
  addExamples(command, ['troupe status', 'troupe status --json']);
}

/** Below this something should be done, and the command says so by its exit code. */
const wellAt = 50;

async function status(options: StatusOptions) {
  const { config } = openTroupe(options);
  const { owner, status: told, answers } = await askStatus(config.home);
  if (options.json) await out.json({ pid: owner?.pid ?? null, answers, status: told });
  else if (owner === null) err.note('Nobody serves this home. Begin with: troupe serve\n');
  else {
    if (told) await out.write(pageOf(told, paletteFor(out, config.environment)));
    if (!answers) err.note(silence(owner.pid, told));
  }
  return owner !== null && answers && (told?.score ?? 0) >= wellAt ? exits.succeeded : exits.failed;
}

/** What it has written down may hide that it is frozen, or that its disk is full. */
function silence(pid: number, told: HouseStatus | null): string {
  const since = told ? `; it said this ${ago(systemClock.now() - told.at)}` : '';
  return `Process ${pid} serves this home and does not answer${since}. See: troupe ps\n`;
}

const pageLine = 'Its page: troupe serve --address';

function pageOf(status: HouseStatus, palette: Palette): string {
  const { score, reasons, pid, since, working, waiting, schedules, inbox, isPersistent } = status;
  const colour = score >= 90 ? palette.green : score >= wellAt ? palette.yellow : palette.red;
  const kind = isPersistent ? '' : ', not persistent';
  const head = `Health ${colour(`${score} of 100`)}  process ${pid}, since ${when(since)}${kind}\n`;
  const parts = [
    head,
    ...reasons.map(reasonLines),
    `${pageLine}\n`,
    `Working on ${[plural(working.length, 'run'), ...working].join('  ')}\n`,
    ...(inbox === null ? [] : [`Waiting ${plural(waiting, 'task')}, from ${plainLine(inbox)}\n`]),
    ...(schedules.length > 0
      ? [table([[...heads], ...schedules.map(scheduleRow)], out.columns)]
      : []),
  ];
  return parts.join('');
}

/** The next step on a line of its own: a long reason must not push it off the screen. */
const reasonLines = ({ points, what, hint }: Reason): string =>
  `  -${points}  ${plainLine(what)}\n       ${plainLine(hint)}\n`;

const heads = ['SCHEDULE', 'CRON', 'NEXT', 'ZONE', ''];

const scheduleRow = ({ name, cron, zone, nextMs, isOpen }: ScheduleLine): readonly string[] => [
  plainLine(name),
  plainLine(cron),
  nextMs === null ? 'never' : thereAt(nextMs, zone),
  zone,
  isOpen ? 'under way' : '',
];

/** As a clock there shows it. */
const thereAt = (ms: number, timeZone: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(
    ms,
  );

const when = (ms: number): string => `${dayOf(ms)} ${timeOf(ms)}`;

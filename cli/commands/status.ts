/** `troupe status`: how the house is that serves this home, and why it is not better. */
import type { Command } from 'commander';
import { type HouseStatus, houseStatus, type Reason, type ScheduleLine } from '../../src/index.ts';
import { exits } from '../exits.ts';
import { addHome, addJson, type HomeOption, type JsonOption, openTroupe } from '../options.ts';
import { err, out } from '../render.ts';
import { dayOf, type Palette, paletteFor, plural, table, timeOf } from '../style.ts';
import { plainLine } from '../text.ts';
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
  const { owner, status: told } = houseStatus(config.home);
  if (options.json) await out.json({ pid: owner?.pid ?? null, status: told });
  else if (owner === null) err.note('Nobody serves this home. Begin with: troupe serve\n');
  else if (told === null)
    err.note(`Process ${owner.pid} serves this home; it is not persistent. ${pageLine}\n`);
  else await out.write(pageOf(told, paletteFor(out, config.environment)));
  if (owner === null) return exits.failed;
  return (told?.score ?? 100) >= wellAt ? exits.succeeded : exits.failed;
}

const pageLine = 'Its page: troupe serve --address';

function pageOf(status: HouseStatus, palette: Palette): string {
  const { score, reasons, pid, since, working, waiting, schedules, inbox } = status;
  const colour = score >= 90 ? palette.green : score >= wellAt ? palette.yellow : palette.red;
  const head = `Health ${colour(`${score} of 100`)}  process ${pid}, since ${when(since)}\n`;
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

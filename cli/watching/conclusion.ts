/** The last words about a run: its answers, a summary, how to go on with it; and how to exit. */
import { relative } from 'node:path';
import type { RunEnd, RunView, SeenRun, TaskView } from '../../src/index.ts';
import * as library from '../../src/index.ts';
import { type Exit, exits } from '../exits.ts';
import { commandLine, type HomeOption, type JsonOption } from '../options.ts';
import { err, out } from '../terminal/render.ts';
import { money, type Palette, paletteFor, plural } from '../terminal/style.ts';
import { plainLine } from '../terminal/text.ts';
import { tell } from '../trouble.ts';
import { printAnswers } from './answers.ts';

export interface WatchOptions extends HomeOption, JsonOption {
  readonly quiet?: true;
  /** Panes show what happens, in place of progress; how it ended is told once they are gone. */
  readonly panes?: true;
  /** How progress is told; left out: as suits stderr. */
  readonly log?: 'json';
  /** `follows`: somebody else works on it, and goes on when nobody watches. Default: works. */
  readonly manner?: 'works' | 'follows';
}

/** How watching a run has ended. */
export type Watched = RunEnd | { readonly kind: 'killed' | 'left' };

/** `tookMs` null: it was over before. */
export async function conclude(
  run: SeenRun,
  end: Watched,
  tookMs: number | null,
  options: WatchOptions,
): Promise<Exit> {
  switch (end.kind) {
    case 'ended':
      if (!options.json) await printAnswers(run, out);
      // A run that has failed needs a person: that is told also to whoever wants no progress.
      if (!options.quiet || (!options.json && end.status !== 'succeeded')) {
        err.note(summaryOf(run, tookMs, options));
      }
      return exitOf(end.status);
    case 'left':
      err.note(`${run.id} goes on in the house. ${lookAgain(run.id, options)}\n`);
      return exits.stopped;
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

function lookAgain(id: string, options: HomeOption): string {
  const [look, end] = [
    ['logs', id, '--follow'],
    ['cancel', id],
  ];
  return `See it: ${commandLine(look, options)}; call it off: ${commandLine(end, options)}`;
}

function exitOf(status: RunView['status']): Exit {
  return status === 'succeeded' ? exits.succeeded : exits.failed;
}

/** Nothing more will happen in it. */
export function isOver({ status }: RunView): boolean {
  return status !== 'planning' && status !== 'running';
}

function summaryOf(run: SeenRun, tookMs: number | null, options: HomeOption): string {
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
    ...(culprit ? nextSteps(run.id, culprit, options) : []),
    `  report   ${near(run.folder.report)}`,
    `  results  ${near(run.folder.results)}`,
    ...(run.branch === null ? [] : [`  merge    git merge ${run.branch}`]),
  ];
  return rows.map((row) => `${row}\n`).join('');
}

/** What it said, and how all that went well before it is kept. */
function nextSteps(run: string, { id, attempt }: TaskView, options: HomeOption): string[] {
  const look = `  look     ${commandLine(['logs', run, id], options)}`;
  if (attempt === 0) return [look];
  return [look, `  again    ${commandLine(['fork', run, '--before', id], options)}`];
}

function verdict(status: string, { green, red, bold }: Palette): string {
  return bold((status === 'succeeded' ? green : red)(status));
}

/** As a person in this folder would type it. */
function near(path: string): string {
  const way = relative('', path);
  return way.startsWith('..') ? path : way;
}

/** `troupe nats prune`: takes runs that are over off the servers that nodes share. */
import type { Command } from 'commander';
import {
  natsSetting,
  openPruning,
  type ServerRun,
  systemClock,
  type Troupe,
  UserError,
} from '../src/index.ts';
import { ask } from './ask.ts';
import { exits } from './exits.ts';
import { addHome, addJson, type HomeOption, type JsonOption, openTroupe } from './options.ts';
import { readAge, sizeOf } from './quantities.ts';
import { err, out } from './terminal/render.ts';
import { dayOf, plural, table, timeOf } from './terminal/style.ts';
import { plainLine } from './terminal/text.ts';
import type { Act } from './verb.ts';

interface PruneOptions extends HomeOption, JsonOption {
  readonly nats?: string;
  readonly olderThan?: number;
  readonly stopped?: true;
  readonly dryRun?: true;
  readonly yes?: true;
}

export function definePrune(command: Command, act: Act): void {
  const prune = command
    .command('prune')
    .description('take runs that are over off the servers; what nodes have on disk stays')
    .argument('[run]', 'this one alone, by its whole name')
    .option('--nats <urls>', 'the servers; left out: those of troupe.yaml')
    .option('--older-than <age>', 'only what was last heard of so long ago: 30d, 12h', readAge)
    .option('--stopped', 'also those that a person has stopped: no node goes on with them then')
    .option('--dry-run', 'only show what would be removed')
    .option('--yes', 'do not ask');
  addJson(prune, 'print one object: what was removed, and what was left alone');
  addHome(prune).action(act(pruneServers));
}

async function pruneServers(run: string | undefined, options: PruneOptions) {
  const { json, dryRun } = options;
  if (run === undefined && options.olderThan === undefined) throw everything();
  const pruning = await openPruning(serversIn(openTroupe(options), options));
  try {
    const meant = chosen(await pruning.runs(), run, options);
    if (!json) await show(meant);
    const goes = meant.length > 0 && !dryRun && (await isConfirmed(meant, options));
    const { removed, left, trouble } = await pruning.remove(goes ? meant : []);
    if (goes && !trouble) await pruning.tidy();
    const would = dryRun ? { wouldRemove: meant } : {};
    if (json) await out.json({ removed, left, ...would });
    else if (removed.length > 0) err.note(`Removed ${plural(removed.length, 'run')}.\n`);
    for (const { run: name } of left) {
      err.note(`${plainLine(name)} was left alone: a node has it, or said something of it.\n`);
    }
    if (trouble) throw trouble;
    return exits.succeeded;
  } finally {
    await pruning.close();
  }
}

export function serversIn({ project }: Troupe, { nats }: { readonly nats?: string }) {
  const setting = natsSetting(project, nats);
  if (setting) return setting;
  const hint = 'name them: --nats nats://host:4222, or bus: { nats: { servers: ... } }';
  throw new UserError('nats.unnamed', 'no NATS servers are named', hint);
}

function chosen(
  runs: readonly ServerRun[],
  name: string | undefined,
  options: PruneOptions,
): readonly ServerRun[] {
  const { olderThan = 0, stopped = false } = options;
  if (name !== undefined) return [named(runs, name, stopped)];
  const nowMs = systemClock.now();
  return runs.filter(
    ({ status, atMs }) =>
      nowMs - atMs > olderThan && (status === 'over' || (stopped && status === 'stopped')),
  );
}

function named(runs: readonly ServerRun[], name: string, stopped: boolean): ServerRun {
  const found = runs.find(({ run }) => run === name);
  if (!found) {
    const hint = 'see what there is: troupe nats prune --older-than 0s --dry-run';
    throw new UserError('run.unknown', `the servers have nothing of ${name}`, hint);
  }
  if (found.status === 'over' || (stopped && found.status === 'stopped')) return found;
  const hint =
    found.status === 'stopped'
      ? 'resume it at its node, or add --stopped to remove it all the same'
      : 'wait for its end, or cancel it: troupe cancel';
  throw new UserError('run.open', `${name} is not over`, hint);
}

async function isConfirmed(runs: readonly ServerRun[], { yes }: PruneOptions): Promise<boolean> {
  if (yes) return true;
  const answer = await ask(`Remove ${plural(runs.length, 'run')} from the servers for good?`);
  if (answer !== null) return answer === 'yes';
  const message = `nobody is there to be asked about ${plural(runs.length, 'run')}`;
  const hint = 'add --yes to remove them, or --dry-run to look at them';
  throw new UserError('prune.unconfirmed', message, hint);
}

function everything(): UserError {
  const message = 'say which runs may go: without that, it would be all of them';
  const hint = 'for example: troupe nats prune --older-than 7d, or the name of a run';
  return new UserError('prune.everything', message, hint);
}

async function show(runs: readonly ServerRun[]): Promise<void> {
  if (runs.length === 0) return err.note('There is nothing to remove.\n');
  const rows = runs.map(({ run, status, atMs, messages, files, fileBytes }) => [
    plainLine(run),
    status,
    `${dayOf(atMs)} ${timeOf(atMs)}`,
    String(messages),
    files === 0 ? '' : `${files}, ${sizeOf(fileBytes)}`,
  ]);
  const head = ['RUN', 'STATUS', 'LAST HEARD OF', 'MESSAGES', 'FILES'];
  await out.write(table([head, ...rows], out.columns));
}

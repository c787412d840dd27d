/** `troupe runs`: lists runs, removes old ones, and packs the journals of those that are over. */
import { type Command, InvalidArgumentError } from 'commander';
import {
  type Compacted,
  type Prunable,
  type PrunePolicy,
  type Troupe,
  UserError,
} from '../../src/index.ts';
import { ask } from '../ask.ts';
import { exits } from '../exits.ts';
import { addHome, addJson, type HomeOption, type JsonOption, openTroupe } from '../options.ts';
import { readAge, sizeOf } from '../quantities.ts';
import { err, out } from '../terminal/render.ts';
import { dayOf, plural, table, timeOf } from '../terminal/style.ts';
import { plainLine } from '../terminal/text.ts';
import { type Act, addExamples } from '../verb.ts';
import { showRuns } from './ps.ts';

interface PruneOptions extends HomeOption, JsonOption {
  readonly olderThan?: number;
  readonly keep?: number;
  readonly keepFailed?: true;
  readonly stopped?: true;
  readonly dryRun?: true;
  readonly yes?: true;
}

interface CompactOptions extends HomeOption, JsonOption {
  readonly all?: true;
}

export function define(command: Command, act: Act): void {
  const list = command
    .command('list', { isDefault: true })
    .description('list all runs, as ps does');
  addJson(list, 'print one object: all runs');
  addHome(list).action(act(listRuns));
  definePrune(command, act);
  const compact = command
    .command('compact')
    .description('pack the journals of runs that are over; every command still reads them')
    .argument('[run]', 'its name, the beginning of it, or latest')
    .option('--all', 'all runs that are over');
  addJson(compact, 'print one object: what was packed, and the bytes before and after');
  addHome(compact).action(act(compactRuns));
  addExamples(command, [
    'troupe runs list',
    'troupe runs prune --older-than 30d --keep-failed',
    'troupe runs prune --keep 20 --dry-run',
    'troupe runs compact --all',
  ]);
}

function definePrune(command: Command, act: Act): void {
  const prune = command
    .command('prune')
    .description('remove runs that are over; one that is alive is never touched')
    .option('--older-than <age>', 'only what was last heard of so long ago: 30d, 12h', readAge)
    .option('--keep <n>', 'the newest of them stay, so many', readCount)
    .option('--keep-failed', 'those that failed stay')
    .option('--stopped', 'also those that were stopped and could be resumed')
    .option('--dry-run', 'only show what would be removed')
    .option('--yes', 'do not ask');
  addJson(prune, 'print one object: what was removed, and the bytes that are free now');
  addHome(prune).action(act(pruneRuns));
}

function readCount(given: string): number {
  const count = Number(given);
  if (given.trim() === '' || !Number.isSafeInteger(count) || count < 0) {
    throw new InvalidArgumentError('It must be a whole number from 0 on.');
  }
  return count;
}

async function listRuns(options: HomeOption & JsonOption) {
  await showRuns(openTroupe(options), options);
  return exits.succeeded;
}

async function pruneRuns(options: PruneOptions) {
  const troupe = openTroupe(options);
  const runs = await troupe.prunable(policyOf(options));
  const { json, dryRun, stopped = false } = options;
  if (!json) await showPrunable(runs);
  const isMeant = runs.length > 0 && !dryRun && (await isConfirmed(runs, options));
  const ids = isMeant ? runs.map(({ id }) => id) : [];
  const { removed, left } = await (dryRun
    ? { removed: [], left: [] }
    : troupe.prune(ids, { stopped }));
  const bytes = removed.reduce((sum, each) => sum + each.bytes, 0);
  const would = dryRun
    ? { wouldRemove: runs.map(({ id, bytes: free }) => ({ id, bytes: free })) }
    : {};
  if (json) await out.json({ removed, left, bytes, ...would });
  else if (removed.length > 0) {
    err.note(`Removed ${plural(removed.length, 'run')}, ${sizeOf(bytes)} are free.\n`);
  }
  for (const id of left) err.note(`${id} was left alone: somebody works on it, or was faster.\n`);
  return exits.succeeded;
}

/** Without a word of what may go, all would. */
function policyOf(options: PruneOptions): PrunePolicy {
  const { olderThan, keep, keepFailed = false, stopped = false } = options;
  if (olderThan === undefined && keep === undefined) {
    throw new UserError(
      'prune.everything',
      'say which runs may go: without that, it would be all of them',
      'for example: troupe runs prune --older-than 30d --keep-failed, or --keep 20',
    );
  }
  return { olderThanMs: olderThan ?? null, keep: keep ?? 0, keepFailed, stopped };
}

async function isConfirmed(runs: readonly Prunable[], { yes }: PruneOptions): Promise<boolean> {
  if (yes) return true;
  const answer = await ask(`Remove ${plural(runs.length, 'run')} for good?`);
  if (answer !== null) return answer === 'yes';
  throw new UserError(
    'prune.unconfirmed',
    `nobody is there to be asked about ${plural(runs.length, 'run')}`,
    'add --yes to remove them, or --dry-run to look at them',
  );
}

async function showPrunable(runs: readonly Prunable[]): Promise<void> {
  if (runs.length === 0) return err.note('There is nothing to remove.\n');
  const rows = runs.map(({ id, status, at, bytes, forks }) => [
    plainLine(id),
    status ?? '',
    `${dayOf(at)} ${timeOf(at)}`,
    sizeOf(bytes),
    forks.length > 0 ? `the logs of ${forks.join(', ')} lose what was before` : '',
  ]);
  await out.write(table([['RUN', 'STATUS', 'LAST HEARD OF', 'SIZE', ''], ...rows], out.columns));
}

async function compactRuns(name: string | undefined, options: CompactOptions) {
  const troupe = openTroupe(options);
  const names = await chosen(troupe, name, options);
  const done: Compacted[] = [];
  for (const each of names) {
    const compacted = await troupe.compact(each);
    done.push(compacted);
    if (!options.json) await out.write(`${told(compacted)}\n`);
  }
  if (options.json) await out.json({ compacted: done });
  return exits.succeeded;
}

/** With --all, those that are over and that nobody works on. */
async function chosen(
  troupe: Troupe,
  name: string | undefined,
  { all }: CompactOptions,
): Promise<readonly string[]> {
  if (name !== undefined && !all) return [name];
  if (name === undefined && all) {
    const everything = { olderThanMs: null, keep: 0, keepFailed: false, stopped: false };
    return (await troupe.prunable(everything)).map(({ id }) => id);
  }
  throw new UserError(
    'compact.unclear',
    all ? 'a run and --all are two things' : 'say which run, or --all',
    'for example: troupe runs compact --all',
  );
}

function told({ id, beforeBytes, afterBytes, forks }: Compacted): string {
  const sizes = `${id}: ${sizeOf(beforeBytes)} before, ${sizeOf(afterBytes)} now`;
  return forks.length > 0 ? `${sizes}; ${forks.join(', ')} still read their past from it` : sizes;
}

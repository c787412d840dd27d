/** `troupe clean`: takes away the worktrees and branches that runs have left in a repository. */
import type { Command } from 'commander';
import type { Cleaned } from '../../src/index.ts';
import { exits } from '../exits.ts';
import { addHome, addJson, type HomeOption, type JsonOption, openTroupe } from '../options.ts';
import { err, out } from '../terminal/render.ts';
import { plural } from '../terminal/style.ts';
import { plainLine } from '../terminal/text.ts';
import { type Act, addExamples } from '../verb.ts';

interface CleanOptions extends HomeOption, JsonOption {
  readonly dryRun?: true;
}

type Branch = Cleaned['branches'][number];

export function define(command: Command, act: Act): void {
  command
    .argument('[run]', 'its name, the beginning of it, or latest; without it, all that are over')
    .option('--dry-run', 'only show what would be taken away');
  addJson(command, 'print one object: what was taken away, and where each branch was');
  addHome(command).action(act(clean));
  addExamples(command, ['troupe clean latest', 'troupe clean --dry-run']);
}

async function clean(run: string | undefined, options: CleanOptions) {
  const { json, dryRun = false } = options;
  const runs = await openTroupe(options).clean(run ?? null, { dryRun });
  if (json) await out.json({ runs, dryRun });
  else if (runs.length === 0) err.note('There is nothing to clean.\n');
  else for (const cleaned of runs) await out.write(told(cleaned, dryRun));
  return exits.succeeded;
}

function told({ id, branches, kept, workspaces }: Cleaned, dryRun: boolean): string {
  const names = branches.length === 1 ? '1 branch' : `${branches.length} branches`;
  const sizes = `${plural(workspaces, 'workspace')} and ${names}`;
  const head = `${plainLine(id)}: ${dryRun ? 'would remove' : 'removed'} ${sizes}`;
  // What a task did alone is in the result, or was not good enough for it.
  const lost = branches.filter(
    ({ name, fate }) => fate === 'unmerged' && !name.includes('.tasks/'),
  );
  const rows = [
    head,
    ...lost.map((branch) => lostRow(branch, dryRun)),
    ...kept.map(({ name }) => `  ${name} stays: it is checked out somewhere`),
  ];
  return rows.map((row) => `${row}\n`).join('');
}

function lostRow({ name, commit }: Branch, dryRun: boolean): string {
  const was = `  ${name} is merged nowhere`;
  return dryRun
    ? `${was}: git merge ${name}`
    : `${was}: git branch ${name} ${commit} is the way back`;
}

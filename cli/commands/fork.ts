/** `troupe fork`: goes on from a moment of a run, with a change, as a run of its own. */
import { type Command, Option } from 'commander';
import type { Forked, ForkOptions, Setting } from '../../src/index.ts';
import { exits } from '../exits.ts';
import {
  addHome,
  addJson,
  collectInput,
  collectSetting,
  commandLine,
  openTroupe,
  readWhole,
} from '../options.ts';
import { err, out } from '../terminal/render.ts';
import { type Act, addExamples } from '../verb.ts';
import type { WatchOptions } from '../watching/conclusion.ts';
import { watch } from '../watching/watch.ts';

interface Options extends WatchOptions {
  readonly at?: number;
  readonly before?: string;
  readonly set?: readonly Setting[];
  readonly input?: Readonly<Record<string, string>>;
  /** False with `--no-run`. */
  readonly run: boolean;
}

export function define(command: Command, act: Act): void {
  command
    .argument('<run>', 'its name, the beginning of it, or latest; it may be alive')
    .addOption(
      new Option('--at <n>', 'after this input of it (default: the last with work to do)')
        .argParser(readWhole)
        .conflicts('before'),
    )
    .option('--before <task>', 'just before this task was first worked on')
    .option(
      '--set <key=value>',
      'a change of the plan, in its own words; can be repeated',
      collectSetting,
    )
    .option('--input <name=value>', 'another value for an input of the plan', collectInput)
    .option('--no-run', 'only make it: troupe resume goes on with it')
    .option('--quiet', 'show no progress: only answers, and what needs a person');
  addJson(command, 'print each fact as a line of JSON instead of the answers');
  addHome(command).action(act(fork));
  addExamples(command, [
    'troupe fork latest --before build --set tasks.build.prompt="Build it with care"',
    'troupe fork latest --at 57 --set concurrency=8 --set tasks.build.retries=3',
    'troupe fork hello-7x2ab --set agents.coder.maxRestarts=9 --no-run',
  ]);
}

async function fork(name: string, options: Options) {
  const troupe = openTroupe(options);
  const forked = await troupe.fork(name, requestOf(options));
  const { id } = forked.folder;
  if (options.run) {
    if (!options.quiet) err.note(`${id} goes on from ${forked.run}, input ${forked.n}.\n`);
    return watch(troupe, () => troupe.resume(id), options);
  }
  await tellMade(forked, options);
  return exits.succeeded;
}

function requestOf({ at, before, set = [], input = {} }: Options): ForkOptions {
  const moment = before === undefined ? { ...(at === undefined ? {} : { at }) } : { before };
  return { ...moment, set, inputs: input };
}

async function tellMade({ folder, run, n }: Forked, options: Options): Promise<void> {
  if (options.json) return out.json({ id: folder.id, forkedFrom: { run, n }, folder: folder.path });
  await out.write(`${folder.id}\n`);
  const next = commandLine(['resume', folder.id], options);
  if (!options.quiet) err.note(`It stands where ${run} stood at input ${n}. Go on: ${next}\n`);
}

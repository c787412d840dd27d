/** `troupe resume`: goes on with a run that was stopped or killed. */
import type { Command } from 'commander';
import type { Run, Troupe } from '../../src/index.ts';
import { addBus, type BusOptions, isolateOption } from '../house/bus-address.ts';
import { withWorkers } from '../house/with-workers.ts';
import { addHome, addJson, logOption, openTroupe } from '../options.ts';
import { err, out } from '../terminal/render.ts';
import { type Act, addExamples } from '../verb.ts';
import { isOver, type WatchOptions } from '../watching/conclusion.ts';
import { watch } from '../watching/watch.ts';

export function define(command: Command, act: Act): void {
  command
    .argument('<run>', 'its name, the beginning of it, or latest')
    .option('--quiet', 'show no progress: only answers, and what needs a person')
    .addOption(logOption());
  addBus(command).addOption(isolateOption());
  addJson(command, 'print each fact from now on as a line of JSON instead of the answers');
  addHome(command).action(act(resume));
  addExamples(command, ['troupe resume latest', 'troupe resume hello-7x2ab --json']);
}

interface ResumeOptions extends WatchOptions, BusOptions {}

async function resume(name: string, options: ResumeOptions) {
  const troupe = openTroupe(options);
  const begin = async (): Promise<Run> => {
    const run = await troupe.resume(name);
    if (isOver(run.view())) await sayOver(troupe, run, options);
    return run;
  };
  return withWorkers(troupe, options, () => watch(troupe, begin, options));
}

async function sayOver(troupe: Troupe, run: Run, { json, quiet }: WatchOptions): Promise<void> {
  if (!quiet) err.note(`${run.id} is over: there is nothing to go on with.\n`);
  if (!json) return;
  for await (const fact of troupe.facts(run.id)) if (ends.has(fact.type)) await out.json(fact);
}

const ends = new Set<string>(['run.succeeded', 'run.failed', 'run.cancelled']);

/** `troupe run`: works off a plan. */
import type { Command } from 'commander';
import type { Troupe } from '../../src/index.ts';
import type { WatchOptions } from '../conclusion.ts';
import { addHome, addJson, collectInput, openTroupe, readSpeed } from '../options.ts';
import { err } from '../render.ts';
import { type Act, addExamples } from '../verb.ts';
import { watch } from '../watch.ts';

interface RunOptions extends WatchOptions {
  readonly input?: Readonly<Record<string, string>>;
  readonly speed?: number;
  readonly requireCertificate?: true;
  readonly anyway?: true;
}

export function define(command: Command, act: Act): void {
  command
    .argument('<plan>', 'the file with the plan, YAML or JSON')
    .option(
      '--input <name=value>',
      'a value for an input of the plan; can be repeated',
      collectInput,
    )
    .option('--speed <n>', 'do simulated work so many times faster', readSpeed)
    .option('--require-certificate', 'refuse a plan whose time, cost or calls have no limit')
    .option('--anyway', 'begin it although verify says that it can not come through')
    .option('--quiet', 'show no progress: only answers, and what needs a person');
  addJson(command, 'print each fact as a line of JSON instead of the answers');
  addHome(command).action(act(run));
  addExamples(command, [
    'troupe run plan.yaml',
    'troupe run examples/repo-report.yaml --input repo=../other > report.md',
    'troupe run examples/level-6.yaml --speed 100',
    'troupe run plan.yaml --require-certificate',
    'troupe run plan.yaml --json --quiet',
  ]);
}

async function run(plan: string, options: RunOptions) {
  const troupe = openTroupe(options);
  const { input: inputs = {}, speed = 1 } = options;
  const begin = async () => {
    const begun = await troupe.run(await cleared(troupe, plan, options), { inputs, speed });
    for (const note of begun.notes) err.note(`Note: ${note}.\n`);
    return begun;
  };
  return watch(troupe, begin, options);
}

/** What surely goes wrong is told before a cent is spent. */
async function cleared(troupe: Troupe, plan: string, options: RunOptions) {
  const { requireCertificate = false, anyway = false } = options;
  if (anyway && !requireCertificate) return plan;
  return troupe.clear(plan, { requireCertificate, anyway });
}

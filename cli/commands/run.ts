/** `troupe run`: works off a plan. */
import { type Command, Option } from 'commander';
import {
  type HousePlace,
  handOver,
  livingHouse,
  type Run,
  type Troupe,
  UserError,
} from '../../src/index.ts';
import type { GoalChoices } from '../goal.ts';
import { addBus, type BusOptions, isolateOption, requireBusFor } from '../house/bus-address.ts';
import { withWorkers } from '../house/with-workers.ts';
import {
  addHome,
  addJson,
  collectInput,
  logOption,
  openTroupe,
  readSpeed,
  readUsd,
  readWhole,
} from '../options.ts';
import { err } from '../terminal/render.ts';
import { type Act, addExamples } from '../verb.ts';
import { watch } from '../watching/watch.ts';

interface RunOptions extends GoalChoices, BusOptions {
  readonly input?: Readonly<Record<string, string>>;
  readonly requireCertificate?: true;
  readonly anyway?: true;
  readonly tmux?: true;
  readonly ui?: true;
  readonly local?: true;
}

export function define(command: Command, act: Act): void {
  command
    .argument('[plan]', 'the file with the plan, YAML or JSON')
    .option(
      '--input <name=value>',
      'a value for an input of the plan; can be repeated',
      collectInput,
    )
    .option('--speed <n>', 'do simulated work so many times faster', readSpeed)
    .option('--require-certificate', 'refuse a plan whose time, cost or calls have no limit')
    .option('--anyway', 'begin it although it can not come through, or agents are missing here')
    .option('--task <goal>', 'instead of a plan: what is to be done; a planner splits it')
    .option('--sub-agents <n>', 'with --task: how many work at the same time', readWhole)
    .option('--agent <name>', 'with --task: a role of troupe.yaml, or claude, codex, ...')
    .addOption(
      new Option(
        '--strategy <name>',
        'with --task: how they share accounts, and who works (learned)',
      ).choices([...['balanced', 'cheapest', 'fastest', 'sticky', 'failover', 'learned']]),
    )
    .option('--budget <usd>', 'with --task: what it may cost', readUsd)
    .option('--yes', 'with --task: begin without asking whether the plan is good')
    .option('--dry-run', 'with --task: only show the plan')
    .option('--tmux', 'show the agents in panes of tmux, in place of progress')
    .option('--ui', 'show it in the browser too: see it and steer it there')
    .option('--local', 'work it off here, also where `troupe serve` keeps this home')
    .option('--quiet', 'show no progress: only answers, and what needs a person')
    .addOption(logOption());
  addBus(command).addOption(isolateOption());
  addJson(command, 'print each fact as a line of JSON instead of the answers');
  addHome(command).action(act(run));
  addExamples(command, [
    'troupe run plan.yaml',
    'troupe run examples/repo-report.yaml --input repo=../other > report.md',
    'troupe run examples/level-6.yaml --speed 100',
    'troupe run plan.yaml --require-certificate',
    'troupe run plan.yaml --tmux',
    'troupe run plan.yaml --ui',
    'troupe run plan.yaml --bus 127.0.0.1:7700',
    'troupe run plan.yaml --nats nats://127.0.0.1:4222',
    'troupe run plan.yaml --isolate process',
    'troupe run plan.yaml --json --quiet',
    'troupe run --task "Write the documentation of this codebase" --sub-agents 5 --agent claude',
  ]);
}

async function run(plan: string | undefined, options: RunOptions) {
  const troupe = openTroupe(options);
  if (plan === undefined) {
    if (options.task === undefined) throw nothingToDo();
    const { runGoal } = await import('../goal.ts');
    return withWorkers(troupe, options, () => runGoal(troupe, options));
  }
  if (options.task !== undefined) throw twoThingsToDo();
  const { input: inputs = {}, speed = 1 } = options;
  requireBusFor(options);
  const house = staysHere(options) ? null : livingHouse(troupe.config.home);
  if (house) return follow(troupe, house, plan, options);
  const begin = async () => {
    const begun = await troupe.run(await cleared(troupe, plan, options), { inputs, speed });
    for (const note of begun.notes) err.note(`Note: ${note}.\n`);
    return begun;
  };
  return withWorkers(troupe, options, () => workShown(troupe, begin, options));
}

async function workShown(troupe: Troupe, begin: () => Promise<Run>, options: RunOptions) {
  if (options.ui) {
    const { pageBeside } = await import('../watching/page-beside.ts');
    return watch(troupe, begin, options, pageBeside(troupe, { open: err.isTerminal }));
  }
  if (!options.tmux) return watch(troupe, begin, options);
  const { panesBeside } = await import('../watching/agent-panes.ts');
  return watch(troupe, begin, { ...options, panes: true }, await panesBeside(troupe));
}

/** What is wished for beside the plan is of this process, or is shown by it. */
const staysHere = ({ local, ui, tmux, bus, isolate, nats }: RunOptions): boolean =>
  [local, ui, tmux, bus, isolate, nats].some((wish) => wish !== undefined);

/** The house works it off, in this folder, and goes on when nobody watches any more. */
function follow(troupe: Troupe, house: HousePlace, plan: string, options: RunOptions) {
  const { input: inputs = {}, speed = 1, requireCertificate = false, anyway = false } = options;
  const folder = troupe.config.cwd;
  const begin = async () => {
    const work = { plan, folder, inputs, speed, requireCertificate, anyway };
    const { run, notes } = await handOver(troupe, house, work);
    for (const note of notes) err.note(`Note: ${note}.\n`);
    if (!options.quiet) err.note(`${run.id}: the house of this home works it off.\n`);
    return run;
  };
  return watch(troupe, begin, { ...options, manner: 'follows' });
}

/** What surely goes wrong is told before a cent is spent. */
async function cleared(troupe: Troupe, plan: string, options: RunOptions) {
  const { requireCertificate = false, anyway = false } = options;
  if (anyway && !requireCertificate) return plan;
  return troupe.clear(plan, { requireCertificate, anyway });
}

function nothingToDo(): UserError {
  const hint = 'name a plan, troupe run PLAN; or say what is to be done, troupe run --task "..."';
  return new UserError('run.nothing', 'there is neither a plan nor a task', hint);
}

function twoThingsToDo(): UserError {
  const hint = 'leave one of them out';
  return new UserError('run.ambiguous', 'there are both a plan and a task', hint);
}

/** `troupe run --task`: a planner plans, a person agrees, others work, one answer comes of it. */
import {
  type GoalOptions,
  goalTask,
  type Run,
  type RunFact,
  type Troupe,
  UserError,
} from '../src/index.ts';
import { ask } from './ask.ts';
import { type Exit, exits } from './exits.ts';
import { commandLine } from './options.ts';
import { planPicture } from './reports/plan-picture.ts';
import { err, out } from './terminal/render.ts';
import { conclude, type WatchOptions } from './watching/conclusion.ts';
import { watch, watchUntil } from './watching/watch.ts';

export interface GoalChoices extends WatchOptions {
  readonly task?: string;
  readonly subAgents?: number;
  readonly strategy?: NonNullable<GoalOptions['strategy']>;
  readonly agent?: string;
  readonly budget?: number;
  readonly yes?: true;
  readonly dryRun?: true;
  readonly speed?: number;
}

export async function runGoal(troupe: Troupe, options: GoalChoices): Promise<Exit> {
  const { yes, dryRun } = options;
  const isAsked = dryRun !== undefined || yes === undefined;
  if (isAsked && !dryRun && !canAsk()) throw unattended();
  const { task: goal = '', subAgents, strategy, agent, budget: budgetUsd, speed = 1 } = options;
  const plan = await troupe.planGoal({
    goal,
    ...(subAgents !== undefined && { subAgents }),
    ...(strategy !== undefined && { strategy }),
    ...(agent !== undefined && { agent }),
    ...(budgetUsd !== undefined && { budgetUsd }),
    consent: isAsked ? 'ask' : 'given',
  });
  const begin = async () => {
    const begun = await troupe.run(plan, { speed, sketch: dryRun === true });
    for (const note of begun.notes) err.note(`Note: ${note}.\n`);
    return begun;
  };
  const isPlanned = (fact: RunFact): boolean =>
    fact.type === 'task.asked' && fact.task === goalTask;
  const watched = await watchUntil(troupe, begin, options, isAsked ? isPlanned : never);
  const { run, end, tookMs } = watched;
  if (!watched.isEnough) return conclude(run, end, tookMs, options);
  return dryRun ? showOnly(run, options) : consent(troupe, run, options);
}

const never = (): boolean => false;

function canAsk(): boolean {
  return process.stdin.isTTY === true && err.isTerminal;
}

function unattended(): UserError {
  return new UserError(
    'run.unattended',
    'a person must agree to the plan, and there is no terminal to ask one',
    'begin it whatever the plan is: --yes; or only see the plan: --dry-run',
  );
}

/** The plan, for the next program or for an eye; what was paid for it is not lost. */
async function showOnly(run: Run, options: GoalChoices): Promise<Exit> {
  const tasks = run.asked(goalTask);
  if (options.json) await out.json({ run: run.id, goal: run.plan.description, tasks });
  else await out.write(planPicture(tasks, out.columns));
  const words = [
    ['approve', run.id, goalTask],
    ['resume', run.id],
  ];
  const commands = words.map((each) => commandLine(each, options)).join(' && ');
  err.note(`Nothing was begun. Have it done: ${commands}\n`);
  return exits.succeeded;
}

async function consent(troupe: Troupe, run: Run, options: GoalChoices): Promise<Exit> {
  err.note(planPicture(run.asked(goalTask), err.columns));
  const answer = await ask('Begin?');
  const by = troupe.config.user;
  if (answer !== 'yes') {
    await troupe.ask(run.id, { type: 'run.cancel', reason: `${by} did not agree to the plan` });
    err.note('Nothing was begun.\n');
    return exits.failed;
  }
  const goOn = async (): Promise<Run> => {
    const resumed = await troupe.resume(run.id);
    await resumed.approve(goalTask, by);
    return resumed;
  };
  return watch(troupe, goOn, options);
}

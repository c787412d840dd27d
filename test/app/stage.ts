/** A home and a working folder of its own for each test, and runs that leave nothing behind. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect } from 'vitest';
import { createTroupe, type Troupe } from '../../src/app.ts';
import { command, definePlan, type PlanDocument, simulated } from '../../src/plan/define.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { readResult, type TaskResult } from '../../src/runs/results.ts';
import type { Run, RunEnd, RunFact } from '../../src/runs/run.ts';
import { runningWith } from '../agents/processes.ts';
import { tempFolders } from './temp.ts';

export interface Stage {
  /** Where commands work. */
  readonly cwd: string;
  readonly home: string;
  readonly troupe: Troupe;
  /** Begins a plan, and listens. */
  readonly begin: (plan: Plan, options?: Parameters<Troupe['run']>[1]) => Promise<Watched>;
  readonly resume: (name: string) => Promise<Watched>;
  /** Runs a plan to its end. */
  readonly play: (plan: Plan, options?: Parameters<Troupe['run']>[1]) => Promise<Played>;
}

export interface Watched {
  readonly run: Run;
  readonly facts: readonly RunFact[];
  /** Resolves with the first such fact, of the past or of the future. */
  readonly heard: (type: RunFact['type'], task?: string) => Promise<RunFact>;
  readonly played: Promise<Played>;
}

export interface Played {
  readonly run: Run;
  readonly end: RunEnd;
  readonly facts: readonly RunFact[];
}

/** To be called once, at the top of a test file. */
export function stages(name: string): () => Stage {
  const temp = tempFolders(name);
  const runs: Run[] = [];
  afterEach(async () => {
    for (const run of runs.splice(0)) {
      await run.stop();
      expect(runningWith(`TROUPE_RUN=${run.id}`)).toEqual([]);
    }
  });
  return () => {
    const cwd = temp();
    const home = join(cwd, '.troupe');
    const troupe = createTroupe({ home, cwd });
    const attend = (run: Run): Watched => {
      runs.push(run);
      return watch(run);
    };
    const begin: Stage['begin'] = async (plan, options) => attend(await troupe.run(plan, options));
    const resume: Stage['resume'] = async (id) => attend(await troupe.resume(id));
    const play: Stage['play'] = async (plan, options) => (await begin(plan, options)).played;
    return { cwd, home, troupe, begin, resume, play };
  };
}

export function watch(run: Run): Watched {
  const facts: RunFact[] = [];
  let wake: () => void = () => {};
  const listen = async (): Promise<void> => {
    for await (const fact of run.events()) {
      facts.push(fact);
      wake();
    }
    wake();
  };
  const listening = listen();
  const played = run.end.then(async (end) => {
    await listening;
    return { run, end, facts };
  });
  const heard: Watched['heard'] = async (type, task) => {
    const find = () => facts.find((fact) => fact.type === type && (!task || taskOf(fact) === task));
    for (;;) {
      const found = find();
      if (found) return found;
      const next = new Promise<'more'>((resolve) => {
        const before = wake;
        wake = () => {
          before();
          resolve('more');
        };
      });
      const over = listening.then(() => 'over' as const);
      if ((await Promise.race([next, over])) === 'more') continue;
      if (!find()) throw new Error(`never heard: ${type} ${task ?? ''}`);
    }
  };
  return { run, facts, heard, played };
}

export const taskOf = (fact: RunFact): string | null => ('task' in fact ? fact.task : null);

export const typesOf = (facts: readonly RunFact[], task?: string): readonly string[] =>
  facts.filter((fact) => !task || taskOf(fact) === task).map(({ type }) => type);

export async function resultOf(run: Run, task: string): Promise<TaskResult> {
  const result = await readResult(run.folder, task);
  if (!result) throw new Error(`no result of ${task}`);
  return result;
}

/** One role, `worker`, that runs what its tasks say. */
export function commands(
  tasks: PlanDocument['tasks'],
  more: Partial<Omit<PlanDocument, 'tasks'>> = {},
): Plan {
  return definePlan({ name: 'sample', agents: { worker: command({}) }, tasks, ...more });
}

/** One role, `actor`, that takes no time. */
export function pretends(
  tasks: PlanDocument['tasks'],
  role: Parameters<typeof simulated>[0] = {},
  more: Partial<Omit<PlanDocument, 'tasks'>> = {},
): Plan {
  const agents = { actor: simulated({ work: '0ms', ...role }) };
  return definePlan({ name: 'sample', agents, tasks, ...more });
}

/** The lines that commands have left in a file. */
export function linesIn(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

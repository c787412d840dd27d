/** Small plans, orders, folders, records and views for the tests of a run's parts. */
import type { TaskRecord } from '../../machines/events.ts';
import { agentId, taskId } from '../../machines/ids.ts';
import { noUsage, type Outcome, type OutputRef } from '../../machines/outcome.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { definePlan, type PlanDocument } from '../../src/plan/define.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { createRunFolder, type RunFolder, type RunOrder } from '../../src/runs/folder.ts';
import type { AgentView, RunView, TaskView } from '../../src/runs/view.ts';

const agents: PlanDocument['agents'] = {
  worker: { adapter: 'command', run: ['cat'], count: 1 },
};

/** One role of one agent, `worker`, that runs `cat`. */
export function planOf(tasks: PlanDocument['tasks'], more: Partial<PlanDocument> = {}): Plan {
  return definePlan({ name: 'sample', agents, tasks, ...more });
}

export function orderOf(plan: Plan, given: Partial<RunOrder> = {}): RunOrder {
  return {
    plan,
    inputs: {},
    cwd: '/somewhere',
    speed: 1,
    version: '0.0.0',
    orderedAt: 1,
    ...given,
  };
}

export const folderIn = (home: string, plan: Plan = planOf([{ id: 'build' }])) =>
  createRunFolder(home, orderOf(plan), systemRandom);

export function outputOf(text: string, given: Partial<OutputRef> = {}): OutputRef {
  return { path: '', bytes: Buffer.byteLength(text), sha256: 'abc', text, ...given };
}

export function succeededWith(output: OutputRef): Outcome {
  const evidence = [
    { kind: 'exit', passed: true, summary: 'cat exited 0', facts: { exitCode: 0 } },
  ];
  return { kind: 'succeeded', durationMs: 1_500, output, usage: noUsage, evidence };
}

export function recordOf(given: Partial<TaskRecord> = {}): TaskRecord {
  const outcome = succeededWith(outputOf('done\n'));
  return {
    task: taskId('build'),
    status: 'succeeded',
    agent: agentId('worker-1'),
    attempts: 1,
    outcome,
    evidence: outcome.evidence,
    costUsd: 0,
    fault: null,
    ...given,
  };
}

export function taskView(given: Partial<TaskView> = {}): TaskView {
  return {
    id: 'build',
    role: 'worker',
    state: 'succeeded',
    agent: 'worker-1',
    attempt: 1,
    retries: 0,
    needs: [],
    parent: null,
    durationMs: 1_500,
    costUsd: 0,
    fault: null,
    dueAt: null,
    ...given,
  };
}

export function agentView(given: Partial<AgentView> = {}): AgentView {
  return { id: 'worker-1', role: 'worker', state: 'idle', task: null, fault: null, ...given };
}

export function runView(tasks: readonly TaskView[], given: Partial<RunView> = {}): RunView {
  const counts = { succeeded: 0, failed: 0, skipped: 0, cancelled: 0 };
  for (const { state } of tasks) if (state in counts) counts[state as 'succeeded'] += 1;
  return {
    id: 'sample-abcde',
    name: 'sample',
    status: 'succeeded',
    tasks,
    agents: [],
    counts,
    total: tasks.length,
    costUsd: 0,
    reason: '',
    at: Date.UTC(2030, 0, 1),
    ...given,
  };
}

export type { RunFolder };

/** What a person does through the house, and what the journal then has of it. */
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { readHistory } from '../../src/journal/reading.ts';
import { command, definePlan, simulated } from '../../src/plan/define.ts';
import type { Run } from '../../src/runs/run.ts';
import type {
  ActorLook,
  Comparison,
  MachineShape,
  RunFrame,
  TaskPaper,
} from '../../src/serving/wire.ts';
import { eventually } from '../agents/processes.ts';
import { writeFiles } from '../app/temp.ts';
import { houses } from './opened.ts';

const house = houses('deeds');

const inputsOf = ({ folder }: Run) =>
  [...readHistory(folder.path).inputs].map(({ input }) => input);

const failing = definePlan({
  name: 'failing',
  agents: { one: { adapter: 'command', run: ['false'], backoff: { initial: '1h', max: '1h' } } },
  tasks: [
    { id: 'a', retries: 1 },
    { id: 'b', needs: ['a'] },
  ],
});

describe('a deed', () => {
  test('tries a pausing task again at once, in the name of who would not wait', async () => {
    const { begin, answer, troupe } = await house();
    const { run, heard, played } = await begin(failing);
    await heard('task.retrying', 'a');
    await answer(`runs/${run.id}/act`, { type: 'retry', task: 'a' });
    expect((await played).end).toMatchObject({ kind: 'ended', status: 'failed' });
    const by = troupe.config.user;
    expect(inputsOf(run)).toContainEqual(expect.objectContaining({ kind: 'timer', by }));
    const rewind = await troupe.rewind(run.id);
    const broken = (await rewind.check()).filter(({ violations }) => violations.length > 0);
    rewind.close();
    expect(broken).toEqual([]);
  });

  test('is refused with what to do instead', async () => {
    const { play, ask, begin } = await house();
    const { run } = await play(
      definePlan({ agents: { one: simulated({}) }, tasks: [{ id: 'a' }] }),
    );
    const act = async (id: string, deed: object) => {
      const response = await ask(`/api/runs/${id}/act`, deed);
      return [response.status, ((await response.json()) as { code: string }).code];
    };
    expect(await act(run.id, { type: 'pause' })).toEqual([400, 'run.over']);
    expect(await act(run.id, { type: 'dance' })).toEqual([400, 'api.unreadable']);
    expect(await act(run.id, { type: 'limit' })).toEqual([400, 'limit.nothing']);
    expect(await act(run.id, { type: 'stop' })).toEqual([400, 'run.elsewhere']);
    const slow = definePlan({ agents: { one: simulated({ work: '60s' }) }, tasks: [{ id: 'a' }] });
    const { run: living } = await begin(slow);
    expect(await act(living.id, { type: 'retry', task: 'a' })).toEqual([400, 'task.not-pausing']);
    expect(await act(living.id, { type: 'retry', task: 'z' })).toEqual([404, 'task.unknown']);
    expect(await act(living.id, { type: 'approve', task: 'a' })).toEqual([400, 'task.not-asking']);
  });

  test('skips a task before it begins, and says who did', async () => {
    const { begin, answer, troupe } = await house();
    const { run, heard } = await begin(failing);
    await heard('task.retrying', 'a');
    await answer(`runs/${run.id}/act`, { type: 'skip', task: 'b' });
    await heard('task.skipped', 'b');
    const row = (await answer<RunFrame>(`runs/${run.id}`)).actors.find(
      ({ address }) => address === 'task/b',
    );
    expect(row).toMatchObject({ state: 'skipped', why: `skipped by ${troupe.config.user}` });
  });

  test('stops what the house has begun when it closes, so that it can be resumed', async () => {
    const { answer, serving, troupe, cwd } = await house();
    const text = 'agents: { one: { adapter: simulated, work: 60s } }\ntasks: [{ id: only }]\n';
    writeFiles(cwd, { 'plan.yaml': text });
    const { run } = await answer<{ run: string }>('runs', { plan: 'plan.yaml' });
    expect(serving.house.working).toEqual([run]);
    await eventually('it works', () => serving.house.working.length === 1);
    await serving.close();
    expect(await troupe.look(run)).toMatchObject({ owner: null, view: { status: 'running' } });
  });
});

describe('a question', () => {
  test('about an actor tells what would move it, and which guard refuses', async () => {
    const { begin, answer } = await house();
    const { run, heard } = await begin(failing);
    await heard('task.retrying', 'a');
    const look = await answer<ActorLook>(`runs/${run.id}/actors/task/b`);
    expect(look).toMatchObject({ life: 'alive', machine: 'task' });
    expect(look.active).toContain('task.waiting');
    const settled = look.accepts.find(({ event }) => event === 'dependency.settled');
    const guarded = settled?.ways.find(({ guard }) => guard === 'dependencyFailed');
    expect(guarded).toMatchObject({ answer: 'asks', target: 'skipped' });
    const pausing = await answer<ActorLook>(`runs/${run.id}/actors/task/a`);
    expect(pausing.timers.map(({ name }) => name)).toEqual(['after retryDelay']);
    expect(pausing.steps.at(-1)).toMatchObject({ event: 'task.reported', to: 'retrying' });
    const nobody = await answer<ActorLook>(`runs/${run.id}/actors/task/none`);
    expect(nobody.life).toBe('unborn');
  });

  test('about machines gives every state and transition of those that are hosted', async () => {
    const { answer } = await house();
    const { machines } = await answer<{ machines: readonly MachineShape[] }>('machines');
    expect(machines.map(({ key }) => key)).toEqual(
      expect.arrayContaining(['orchestrator', 'supervisor', 'agent', 'task']),
    );
    for (const { states, transitions } of machines) {
      const ids = new Set(states.map(({ id }) => id));
      const ends = transitions.flatMap(({ from, to }) => [from, to ?? from]);
      expect(ends.filter((id) => !ids.has(id))).toEqual([]);
      expect(new Set(transitions.map(({ id }) => id)).size).toBe(transitions.length);
    }
  });

  test('about two moments gives what changed between them', async () => {
    const { play, answer } = await house();
    const { run } = await play(
      definePlan({ agents: { one: simulated({}) }, tasks: [{ id: 'a' }] }),
    );
    const { head } = await answer<RunFrame>(`runs/${run.id}`);
    const between = await answer<Comparison>(`runs/${run.id}/compare?begin=2&end=${head.n}`);
    const task = between.changed.find(({ address }) => address === 'task/a');
    expect(task).toMatchObject({ after: 'succeeded' });
    expect(between.facts.at(-1)?.type).toBe('run.succeeded');
  });

  test('about a task gives its papers', async () => {
    const { play, answer } = await house();
    const plan = definePlan({
      agents: { one: { adapter: 'command', run: ['cat'] } },
      tasks: [{ id: 'a', prompt: 'Hello', verify: [{ run: 'true' }] }],
    });
    const { run } = await play(plan);
    const paper = await answer<TaskPaper>(`runs/${run.id}/tasks/a`);
    expect(paper).toMatchObject({ prompt: 'Hello', output: 'Hello', diff: '' });
    expect(paper.evidence.every(({ passed }) => passed)).toBe(true);
    expect(paper.attempts).toEqual([{ attempt: 1, token: 1 }]);
  });

  test('about a task that was told of the past says of what', async () => {
    const { play, answer } = await house();
    const asks = { id: 'a', prompt: 'The session of a user expires too soon' };
    const one = command({ run: ['cat'], memory: { recall: 1 } });
    const plan = definePlan({ agents: { one }, tasks: [{ ...asks, verify: [{ run: 'true' }] }] });
    const { run: before } = await play(plan);
    const { run } = await play(plan);
    const { recalled } = await answer<TaskPaper>(`runs/${run.id}/tasks/a`);
    expect(recalled).toMatchObject([{ run: before.id, task: 'a', verified: true }]);
    const first = await answer<TaskPaper>(`runs/${before.id}/tasks/a`);
    expect(first.recalled).toEqual([]);
  });

  test('about a task in a worktree shows what it has changed', async () => {
    const { play, answer, cwd } = await house();
    const git = (...argv: readonly string[]) => execFileSync('git', argv, { cwd, stdio: 'pipe' });
    writeFiles(cwd, { 'a.txt': 'one\n', '.gitignore': '.troupe\n' });
    git('init', '-q');
    git('add', '.');
    git('-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', 'commit', '-qm', 'Begin');
    const change = command({ run: ['sh', '-c', 'echo two >> a.txt'] });
    const { run } = await play(
      definePlan({ agents: { one: change }, tasks: [{ id: 'a', workspace: 'worktree' }] }),
    );
    const paper = await answer<TaskPaper>(`runs/${run.id}/tasks/a`);
    expect(paper.diff).toContain('+two');
  });
});

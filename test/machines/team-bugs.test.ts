/** What a team can not go on with: bugs of ours, and agents that never begin. It ends at once. */
import { describe, expect, test } from 'vitest';
import type { TroupeEvent } from '../../machines/events.ts';
import {
  type Address,
  agentId,
  orchestratorAddress,
  supervisorAddress,
  taskAddress,
  taskId,
  token,
} from '../../machines/ids.ts';
import { coder } from './alphabet.ts';
import { crashFault, succeeded } from './outcomes.ts';
import { planSpec, roleSpec } from './plans.ts';
import { type Story, Team, type Turn } from './team.ts';
import { endsAtOnce, endsOnce } from './team-rules.ts';

const ends = (output: unknown, afterMs: number): Turn => ({ kind: 'ends', afterMs, output });
const plan = planSpec([{ id: 'a' }, { id: 'b' }, { id: 'c', needs: ['a', 'b'] }], {
  roles: [roleSpec({ count: 2, concurrency: 2 })],
});

/** Both `a` and `b` are under way when the event arrives. */
function storyOf(to: Address, event: object): Story {
  const outside = [{ atMs: 50, to, event: event as TroupeEvent }];
  const open = () => ends(null, 1);
  return new Team(plan, { open, work: () => ends(succeeded, 100), verify: open, outside }).run();
}

const without = <Kept extends object>(event: Kept, key: keyof Kept): object => {
  return { ...event, [key]: undefined };
};
const exited = { type: 'child.exited', child: 'agent/coder-1', output: 1, error: null, at: 1 };

describe('a bug', () => {
  test('in a task fails the run and cancels the rest', () => {
    const report = {
      type: 'task.reported',
      agent: agentId('coder-1'),
      token: token(1),
      outcome: 1,
    };
    const story = storyOf(taskAddress(taskId('a')), without(report, 'outcome'));
    expect(story.ending).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('a bug in task/a'),
      counts: { succeeded: 0, failed: 1, skipped: 0, cancelled: 2 },
    });
    expect(endsAtOnce(story)).toEqual([]);
  });

  test('in a supervisor takes its agents with it, and fails the run', () => {
    const story = storyOf(supervisorAddress(coder), without(exited, 'output'));
    expect(story.ending).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('a bug in supervisor/coder'),
      counts: { succeeded: 0, failed: 0, skipped: 0, cancelled: 3 },
    });
    expect([...endsOnce(story), ...endsAtOnce(story)]).toEqual([]);
  });

  test('in the orchestrator ends the whole team', () => {
    const story = storyOf(orchestratorAddress, without({ ...exited, error: 'x' }, 'child'));
    expect(story.ending).toBeNull();
    expect(story.core.registry.living().map(({ address }) => address)).toEqual([]);
  });
});

describe('an agent that can never begin', () => {
  const never: Turn = { kind: 'never' };
  const broken = ends(crashFault, 30_000);
  test.each([
    ['because its program does not answer', never],
    ['because its program fails slowly', broken],
  ])('%s is given up, and its tasks with it', (_, turn) => {
    const work = () => ends(succeeded, 100);
    const story = new Team(plan, { open: () => turn, work, verify: work, outside: [] }).run();
    expect(story.ending).toMatchObject({ status: 'failed', counts: { failed: 2, skipped: 1 } });
    expect(endsAtOnce(story)).toEqual([]);
  });
});

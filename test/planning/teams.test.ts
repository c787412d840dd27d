/** Teams at work: real programs, a real run, and one answer of many. */
import { describe, expect, test } from 'vitest';
import { command, definePlan, type PlanDocument } from '../../src/plan/define.ts';
import { resultOf, stages } from '../app/stage.ts';

const stage = stages('teams');
type Task = PlanDocument['tasks'][number];

const says = (id: string, text: string): Task => ({ id, run: ['echo', text] });
const fails = (id: string): Task => ({ id, run: ['false'] });

function teamOf(tasks: readonly Task[], task: Partial<Task> = {}) {
  const judge = command({ run: ['node', '-e', 'console.log(JSON.stringify({ best: "b" }))'] });
  const merger = command({ run: ['cat'] });
  return definePlan({
    name: 'teams',
    agents: { sh: command({}), judge, merger },
    tasks: [
      { id: 'team', plan: { tasks: tasks.map((each) => ({ agent: 'sh', ...each })) }, ...task },
      { id: 'after', agent: 'sh', needs: ['team'], run: ['echo', '{{results.team.output}}'] },
    ],
  });
}

async function answerOf(tasks: readonly Task[], task: Partial<Task> = {}) {
  const { run, end } = await stage().play(teamOf(tasks, task));
  return { end, output: (await resultOf(run, 'team')).output, run };
}

describe('what comes of a team', () => {
  test('concat: all answers, in the order of the plan', async () => {
    const { end, output } = await answerOf([says('a', 'one'), says('b', 'two')]);
    expect(end).toMatchObject({ status: 'succeeded', counts: { succeeded: 4 } });
    expect(output).toBe('## team.a\n\none\n\n## team.b\n\ntwo');
  });

  test('concat: one that failed is missed', async () => {
    const { end } = await answerOf([says('a', 'one'), fails('b')]);
    expect(end).toMatchObject({ status: 'failed', counts: { failed: 1, skipped: 2 } });
  });

  test('vote: what most say, and whoever fails is not missed', async () => {
    const jury = [says('a', 'Paris'), says('b', 'paris.'), fails('c')];
    const { end, output } = await answerOf(jury, { aggregate: 'vote' });
    expect(output).toBe('Paris');
    expect(end).toMatchObject({ status: 'succeeded', counts: { succeeded: 4, failed: 1 } });
  });

  test('vote: a tie is no answer', async () => {
    const { end, run } = await answerOf([says('a', 'x'), says('b', 'y')], { aggregate: 'vote' });
    expect(end).toMatchObject({ status: 'failed' });
    expect((await resultOf(run, 'team')).error).toMatchObject({ code: 'gather.tied' });
  });

  test('best-of: the one with the best evidence', async () => {
    const checked = { ...says('b', 'checked'), verify: [{ run: 'true' }] };
    const jury = [says('a', 'said'), checked, fails('c')];
    const { end, output } = await answerOf(jury, { aggregate: 'best-of' });
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(output).toBe('checked');
  });

  test('judge: the one that an agent names, word for word', async () => {
    const aggregate = { how: 'judge', agent: 'judge' } as const;
    const { end, output } = await answerOf([says('a', 'one'), says('b', 'two')], { aggregate });
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(output).toBe('two');
  });

  test('judge: one that failed can not be named', async () => {
    const aggregate = { how: 'judge', agent: 'judge' } as const;
    const { end, run } = await answerOf([says('a', 'one'), fails('b')], { aggregate });
    expect(end).toMatchObject({ status: 'failed' });
    expect((await resultOf(run, 'team')).error?.code).toBe('gather.not-judged');
  });

  test('reduce: what an agent makes of those that are there', async () => {
    const aggregate = { how: 'reduce', agent: 'merger', enough: 1, prompt: 'Join.' } as const;
    const { output } = await answerOf([says('a', 'one'), fails('b')], { aggregate });
    expect(output).toContain('Join.');
    expect(output).toContain('The answer of a:\n<<<\none\n>>>');
    expect(output).toContain('1 more came to nothing.');
  });

  test('called off, it takes its members along', async () => {
    const { run, heard, played } = await stage().begin(
      teamOf([
        { id: 'a', run: ['sleep', '60'] },
        { ...says('b', 'x'), needs: ['a'] },
      ]),
    );
    await heard('task.started', 'team.a');
    await run.cancel('enough', 'team');
    const { end } = await played;
    expect(end).toMatchObject({ counts: { cancelled: 3, skipped: 1 } });
  });
});

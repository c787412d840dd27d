/** Others judge what somebody did: who they are, what they are told, what their words come to. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkRun } from '../../src/journal/axioms/check-run.ts';
import { readHistory } from '../../src/journal/file.ts';
import { command, definePlan, simulated } from '../../src/plan/define.ts';
import type { Played } from './stage.ts';
import { linesIn, resultOf, stages, typesOf } from './stage.ts';

const stage = stages('review');
const soon = { initial: '1ms' } as const;
const accept = '{"verdict": "accept", "reasons": ["it is fine"]}';
const reject = '{"verdict": "reject", "reasons": ["there are no tests"]}';

/** One author and a panel that runs this line of the shell for each review. */
function reviewed(line: string, panel: object = {}, task: object = {}) {
  return definePlan({
    inputs: { how: 'short' },
    agents: {
      author: command({}),
      judge: command({ run: line }),
    },
    tasks: [
      {
        id: 'a',
        agent: 'author',
        run: 'echo "attempt $TROUPE_ATTEMPT" | tee -a done; cat > asked-$TROUPE_ATTEMPT',
        prompt: 'Write the notes.',
        backoff: soon,
        verify: [{ file: 'done' }, { review: { agent: 'judge', ...panel } }],
        ...task,
      },
    ],
  });
}

/** What its journal says holds of it, too. */
function lawful({ run }: Played): void {
  const inputs = [...readHistory(run.folder.path).inputs];
  expect(checkRun({ plan: run.plan, records: inputs })).toEqual([]);
}

describe('a review', () => {
  test('that accepts lets the task succeed, and its result says who judged', async () => {
    const { play } = stage();
    const played = await play(reviewed(`echo '${accept}'`));
    expect(played.end).toMatchObject({ status: 'succeeded' });
    expect(typesOf(played.facts, 'a')).toEqual([
      ...['task.ready', 'task.assigned', 'task.started', 'task.verifying'],
      ...['task.reviewing', 'review.assigned', 'review.ended', 'task.verifying', 'task.succeeded'],
    ]);
    const { status, agent_id, evidence } = await resultOf(played.run, 'a');
    expect({ status, agent_id }).toEqual({ status: 'completed', agent_id: 'author-1' });
    expect(evidence.at(-1)).toMatchObject({
      kind: 'review',
      passed: true,
      summary: 'judge-1 accepted it: it is fine',
      facts: { reviewer: 'judge-1', verdict: 'accepted' },
    });
    lawful(played);
  });

  test('that rejects goes back to the author with its reasons', async () => {
    const { play, cwd } = stage();
    const line = `test $TROUPE_ATTEMPT = 1 && echo '${reject}' || echo '${accept}'`;
    const played = await play(reviewed(line, {}, { retries: 1 }));
    expect(played.end).toMatchObject({ status: 'succeeded' });
    expect(played.facts.find(({ type }) => type === 'task.retrying')).toMatchObject({
      fault: { code: 'review.rejected', message: expect.stringContaining('there are no tests') },
    });
    expect(linesIn(join(cwd, 'done'))).toEqual(['attempt 1', 'attempt 2']);
    lawful(played);
  });

  test('tells the reviewer what was asked, answered and seen', async () => {
    const { play, cwd } = stage();
    const line = `cat > question; echo '${accept}'`;
    await play(reviewed(line, { prompt: 'Is it {{inputs.how}}?' }, {}), {});
    const question = readFileSync(join(cwd, 'question'), 'utf8');
    for (const words of ['Write the notes.', 'attempt 1', 'done has 10 bytes', 'Is it short?']) {
      expect(question).toContain(words);
    }
  });

  test.each([
    ['nothing at all', 'true'],
    ['no verdict', 'echo looks good to me'],
    ['half a verdict', 'echo {\\"verdict\\": \\"acc'],
    ['a verdict of its own making', `echo '{"verdict": "maybe"}'`],
    ['two verdicts', `echo '${accept}'; echo '${reject}'`],
    ['a crash', `echo '${accept}'; exit 3`],
  ])('that says %s is no acceptance', async (_, line) => {
    const { play } = stage();
    const played = await play(reviewed(line));
    expect(played.end).toMatchObject({ status: 'failed' });
    const { error } = await resultOf(played.run, 'a');
    expect(error).toMatchObject({ code: 'review.unsettled', retryable: false });
    expect(error?.message).toMatch(/^unverified: 0 of the 1 acceptances/);
    // One review more was allowed for one that comes to nothing.
    const ended = played.facts.filter(({ type }) => type === 'review.ended');
    expect(ended).toHaveLength(2);
    lawful(played);
  });

  test('needs its quorum, of others each time, and no more of them than that', async () => {
    const { play, cwd } = stage();
    const says = `test $TROUPE_AGENT = judge-1 && echo '${reject}' || echo '${accept}'`;
    const line = `echo $TROUPE_AGENT >> judges; ${says}`;
    const played = await play(reviewed(line, { quorum: '2 of 3' }));
    expect(played.end).toMatchObject({ status: 'succeeded' });
    expect(linesIn(join(cwd, 'judges')).toSorted()).toEqual(['judge-1', 'judge-2', 'judge-3']);
    lawful(played);
  });

  test('ends as soon as the others can not change it', async () => {
    const { play, cwd } = stage();
    const line = `echo $TROUPE_AGENT >> judges; echo '${reject}'`;
    const played = await play(reviewed(line, { quorum: '2 of 3' }));
    expect(played.end).toMatchObject({ status: 'failed' });
    expect(linesIn(join(cwd, 'judges'))).toHaveLength(2);
    expect((await resultOf(played.run, 'a')).error?.code).toBe('review.rejected');
  });

  test('is never the author’s, also when both are of one role', async () => {
    const { play, cwd } = stage();
    const plan = definePlan({
      agents: {
        peer: command({
          run: `test -z "$TROUPE_REVIEW" && exit 0; echo $TROUPE_AGENT >> judges; echo '${accept}'`,
        }),
      },
      tasks: ['a', 'b', 'c', 'd'].map((id) => ({
        id,
        verify: { review: { agent: 'peer' } },
      })),
    });
    const played = await play(plan);
    expect(played.end).toMatchObject({ status: 'succeeded' });
    for (const id of ['a', 'b', 'c', 'd']) {
      const { agent_id, evidence } = await resultOf(played.run, id);
      const reviewer = evidence.find(({ kind }) => kind === 'review')?.facts.reviewer;
      expect(reviewer).not.toBe(agent_id);
    }
    expect(linesIn(join(cwd, 'judges'))).toHaveLength(4);
    lawful(played);
  });

  test('has a limit of its own', async () => {
    const { play } = stage();
    const played = await play(reviewed('sleep 60', { timeout: '100ms', retries: 0 }));
    expect(played.end).toMatchObject({ status: 'failed' });
    expect(played.facts.find(({ type }) => type === 'review.ended')).toMatchObject({
      verdict: 'none',
      reasons: [expect.stringContaining('100 ms')],
    });
  });

  test('is paid for by its own role', async () => {
    const { play } = stage();
    const panel = simulated({ work: '0ms', costUsd: 0.25, budget: { usd: 0.4 } });
    const plan = definePlan({
      agents: { author: simulated({ work: '0ms' }), panel },
      tasks: [1, 2].map((count) => ({
        id: `t${count}`,
        agent: 'author',
        verify: { review: { agent: 'panel' } },
      })),
    });
    const played = await play(plan);
    expect(played.end).toMatchObject({ status: 'failed' });
    const errors = await Promise.all(['t1', 't2'].map((id) => resultOf(played.run, id)));
    expect(errors.map(({ error }) => error?.code).sort()).toEqual(['budget.exhausted', undefined]);
    lawful(played);
  });
});

/** Work that goes on with somebody else: one attempt, one cost, and a note between them. */
import { describe, expect, test } from 'vitest';
import { type HandoffNote, noOutput, noUsage, type Outcome } from '../../machines/outcome.ts';
import type { AgentWorld, Assignment } from '../../src/agents/agent.ts';
import { relayed } from '../../src/handoff/relay.ts';
import { Cancellation } from '../../src/kernel/cancellation.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { command, definePlan } from '../../src/plan/define.ts';
import { resultOf, stages, typesOf } from '../app/stage.ts';

const stage = stages('handoff');
const usage = { inputTokens: 10, outputTokens: 1, costUsd: 0.25 };
const session = { id: 's', counted: noUsage };
const line = '{"troupe":"handoff","done":["a"],"open":["b"],"next":"c"}';
const said = (text: string): Outcome => {
  const output = { ...noOutput, bytes: text.length, text };
  return { kind: 'succeeded', durationMs: 1, output, usage, evidence: [], session };
};
const given = { token: 7, prompt: 'the task' } as Assignment;

/** An agent that fills its context, and answers so when it is asked. */
async function filled(answers: readonly string[], tokens = 950) {
  const asked: Assignment[] = [];
  const told: number[] = [];
  const world: AgentWorld = {
    clock: systemClock,
    cancellation: new Cancellation(),
    tell: (event) => event.type === 'context.warned' && told.push(event.percent),
  };
  const terms = { windowTokens: 1_000, to: [], left: 1, runFolder: '' };
  const outcome = await relayed(terms, given, world, async (assignment, { cancellation, tell }) => {
    asked.push(assignment);
    if (asked.length > 1) return said(answers[asked.length - 2] ?? '');
    tell({ type: 'context.held', tokens });
    if (!cancellation.isRequested) return said('done');
    const fault = { code: 'agent.cancelled', message: 'given up', retryable: true };
    return { ...said('half of it'), kind: 'failed', fault };
  });
  return { outcome, asked, told };
}

const noteOf = ({ outcome }: Awaited<ReturnType<typeof filled>>): HandoffNote | undefined =>
  outcome.handoff;

describe('an agent whose context is full', () => {
  test('is stopped, asked in its session, and paid for both', async () => {
    const played = await filled([line]);
    expect(played.told).toEqual([70, 85, 92]);
    expect(played.outcome).toMatchObject({ kind: 'interrupted', usage: { costUsd: 0.5 } });
    expect(played.outcome.session).toBeUndefined();
    expect(noteOf(played)).toMatchObject({ done: ['a'], open: ['b'], next: 'c' });
    expect(played.asked[1]).toMatchObject({ token: 7.1, earlier: { session: { id: 's' } } });
  });

  test('is asked once more after garbage, and then taken at its last words', async () => {
    const mended = await filled(['no', line]);
    expect(noteOf(mended)?.next).toBe('c');
    expect(mended.asked[2]?.prompt).toContain('there is no such line');
    const lost = await filled(['no', 'still no']);
    expect(lost.asked).toHaveLength(3);
    expect(noteOf(lost)?.next).toContain('still no');
  });

  test('is left alone below that', async () => {
    const { outcome, told } = await filled([], 860);
    expect([outcome.kind, told]).toEqual(['succeeded', [70, 85]]);
  });
});

const note = (to: string): string =>
  JSON.stringify({ troupe: 'handoff', done: ['wrote x'], open: ['judge x'], next: 'read x', to });

function relay(handsTo: readonly string[], words: string) {
  const half = `const fs = require('node:fs'); fs.writeFileSync(process.env.TROUPE_ARTIFACTS + '/x',
    'half'); console.log(${JSON.stringify(words)});`;
  const coder = command({ run: ['node', '-e', half], handsTo: [...handsTo] });
  const reviewer = command({ run: ['sh', '-c', 'cat; cat "$TROUPE_ARTIFACTS/x"'] });
  const job = { id: 'job', agent: 'coder', prompt: 'Make x.', verify: { file: '{{artifacts}}/x' } };
  return definePlan({ name: 'relay', agents: { coder, reviewer }, tasks: [job] });
}

describe('work that is handed to another role', () => {
  test('goes on there as the same attempt, with the note and what was made', async () => {
    const { run, end, facts } = await stage().play(relay(['reviewer'], note('reviewer')));
    expect(end).toMatchObject({ status: 'succeeded' });
    const { output, attempts, agent_id: agent } = await resultOf(run, 'job');
    expect([attempts, agent]).toEqual([1, 'reviewer-1']);
    expect(output).toContain('Make x.');
    expect(output).toContain('- judge x');
    expect(output).toContain('half');
    expect(typesOf(facts, 'job')).toEqual([
      ...['task.ready', 'task.assigned', 'task.started', 'task.retrying'],
      ...['task.ready', 'task.assigned', 'task.started', 'task.verifying', 'task.succeeded'],
    ]);
  });

  test('stays where it is when nobody of that name may have it', async () => {
    const { run } = await stage().play(relay(['reviewer'], note('nobody')));
    expect(await resultOf(run, 'job')).toMatchObject({ agent_id: 'coder-1', attempts: 1 });
  });

  test('comes back no more often than it may', async () => {
    const { run, facts } = await stage().play(relay(['coder', 'reviewer'], note('coder')));
    expect((await resultOf(run, 'job')).attempts).toBe(1);
    expect(facts.filter(({ type }) => type === 'task.retrying')).toHaveLength(3);
  });
});

/** An agent that asks a person in the middle of an attempt: what is kept, told and handed on. */
import { describe, expect, test } from 'vitest';
import type { EventObject } from 'xstate';
import type { TroupeEvent } from '../../machines/events.ts';
import { token } from '../../machines/ids.ts';
import type { AgentContext } from '../../machines/rules/duty.ts';
import { answersMax, questionsMax } from '../../machines/rules/permission.ts';
import type { Step } from '../../src/kernel/state.ts';
import { agentSubject } from './agent-subject.ts';
import { alphabet, build, coder1 } from './alphabet.ts';
import { factsOf, messagesOf } from './effects.ts';
import { failed, interrupted, limited, passingFault, succeeded } from './outcomes.ts';
import { enter, follow as followOn } from './tables.ts';

const working = (): Step => enter(agentSubject, 'working');
const follow = (start: Step, ...events: readonly EventObject[]): Step =>
  followOn(agentSubject, start, ...events);
const contextOf = ({ state }: Step) => state.context as AgentContext;
const ask = (id: string, input = id, by = token(1)): TroupeEvent => ({
  type: 'agent.ask',
  token: by,
  question: { id, tool: 'write', input },
});
const answer = (question: string | null, said: 'allow' | 'deny' = 'allow'): TroupeEvent => ({
  type: 'agent.answer',
  question,
  answer: said,
  by: 'ada',
});
const done = (output: unknown): EventObject =>
  ({ type: 'xstate.done.actor.work', actorId: 'work', output }) as EventObject;
const about = { agent: coder1, task: build };

describe('a question', () => {
  test('is told, and is open until somebody answers it', () => {
    const asked = follow(working(), ask('1.1'));
    expect(factsOf(asked)).toEqual([
      { type: 'agent.asked', ...about, question: { id: '1.1', tool: 'write', input: '1.1' } },
    ]);
    expect(contextOf(asked).questions).toHaveLength(1);
    const told = follow(asked, answer(null, 'deny'));
    expect(factsOf(told)).toEqual([
      { type: 'agent.answered', ...about, question: '1.1', answer: 'deny', by: 'ada' },
    ]);
    expect(contextOf(told).questions).toEqual([]);
  });

  test('is the oldest when none is named, and the named one otherwise', () => {
    const both = follow(working(), ask('1.1'), ask('1.2'));
    const open = (step: Step) => contextOf(step).questions?.map(({ id }) => id);
    expect(open(follow(both, answer(null)))).toEqual(['1.2']);
    expect(open(follow(both, answer('1.2')))).toEqual(['1.1']);
    expect(follow(both, answer('7.7')).effects).toEqual([]);
  });

  test('of an attempt that is not this one is not heard', () => {
    expect(follow(working(), ask('9.1', 'x', token(9))).effects).toEqual([]);
    expect(contextOf(working()).questions).toBeUndefined();
  });

  test('beyond the limit is a no at once', () => {
    const full = Array.from({ length: questionsMax }, (_, at) => ask(`1.${at}`));
    const step = follow(working(), ...full, ask('1.99'));
    expect(contextOf(step).questions).toHaveLength(questionsMax);
    expect(factsOf(step)).toMatchObject([{ question: '1.99', answer: 'deny' }]);
  });

  test('is forgotten with its attempt', () => {
    const next = [alphabet['agent.abandon'], { ...alphabet['agent.assign'], token: token(2) }];
    const step = follow(working(), ask('1.1'), answer(null), ask('1.2'), ...next);
    expect(contextOf(step)).toMatchObject({ questions: [], answers: [] });
    const unasked = follow(working(), ask('1.1'), ...next);
    expect(contextOf(unasked).answers).toBeUndefined();
  });
});

describe('what a person has said', () => {
  const said = { tool: 'write', input: 'a.txt', answer: 'allow', by: 'ada' };
  const heard = () => follow(working(), ask('1.1', 'a.txt'), answer(null));
  const reported = (step: Step) => messagesOf(step)[0]?.[1] as TroupeEvent & { outcome: object };

  test.each([
    ['an interruption', interrupted],
    ['a limit', limited(5_000)],
  ])('outlives %s, with the report', (_, outcome) => {
    expect(reported(follow(heard(), done(outcome))).outcome).toEqual({
      ...outcome,
      answers: [said],
    });
  });

  test.each([
    ['well', succeeded],
    ['badly', failed(passingFault)],
  ])('ends with an attempt that ended %s', (_, outcome) => {
    expect(reported(follow(heard(), done(outcome))).outcome).toEqual(outcome);
  });

  test('answers the same question of the next attempt, and no other one', () => {
    const fault = passingFault;
    const earlier = { fault, session: null, answers: [said] };
    const again = { ...alphabet['agent.assign'], token: token(2), earlier };
    const next = follow(working(), alphabet['agent.abandon'], again as EventObject);
    const same = follow(next, ask('2.1', 'a.txt', token(2)));
    expect(factsOf(same)).toMatchObject([
      { type: 'agent.answered', question: '2.1', answer: 'allow', by: 'ada' },
    ]);
    expect(contextOf(same).questions).toBeUndefined();
    const other = follow(next, ask('2.1', 'b.txt', token(2)));
    expect(factsOf(other)).toMatchObject([{ type: 'agent.asked' }]);
    expect(reported(follow(next, done(interrupted))).outcome).toMatchObject({ answers: [said] });
  });

  test('is bounded', () => {
    const many = Array.from({ length: answersMax + 5 }, (_, at) => [ask(`1.${at}`), answer(null)]);
    expect(contextOf(follow(working(), ...many.flat())).answers).toHaveLength(answersMax);
  });
});

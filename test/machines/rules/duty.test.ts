/** What an agent owes to its task and its supervisor, as plain functions of its context. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agentId, roleName } from '../../../machines/ids.ts';
import * as duty from '../../../machines/rules/duty.ts';
import { alphabet } from '../alphabet.ts';
import { crashFault, failed, interrupted, lastingFault, limited, succeeded } from '../outcomes.ts';

const idle: duty.AgentContext = {
  id: agentId('coder-1'),
  role: roleName('coder'),
  handoff: false,
  inbox: ['hello'],
  attempt: null,
  outcome: null,
  fault: null,
};
const working = { ...idle, ...duty.begun(idle, alphabet['agent.assign']) };

describe('an attempt', () => {
  test('takes the inbox with it, and leaves an empty one', () => {
    expect(working).toMatchObject({ inbox: [], outcome: null, attempt: { inbox: ['hello'] } });
    expect(duty.workInput(working)).toEqual({
      ...{ task: 'build', token: 1, attempt: 1, timeoutMs: 600_000, seed: 1 },
      ...{ agent: 'coder-1', role: 'coder', inbox: ['hello'] },
    });
  });

  test('knows what came before it', () => {
    const earlier = { fault: lastingFault, session: null };
    const next = { ...idle, ...duty.begun(idle, { ...alphabet['agent.assign'], earlier }) };
    expect(duty.workInput(next)).toMatchObject({ earlier, inbox: ['hello'] });
    expect(duty.workInput(working)).not.toHaveProperty('earlier');
  });

  test('must be there to be spoken of', () => {
    expect(() => duty.started(idle)).toThrow('works on nothing');
    expect(() => duty.workInput(idle)).toThrow('works on nothing');
    expect(() => duty.report(working)).toThrow('without an outcome');
  });
});

describe('the inbox', () => {
  test('keeps the last of what was said, in order', () => {
    const property = fc.property(fc.array(fc.string(), { maxLength: 250 }), (words) => {
      const inbox = words.reduce<readonly string[]>((heard, word) => duty.heard(heard, word), []);
      expect(inbox).toEqual(words.slice(-duty.inboxMax));
    });
    fc.assert(property, { numRuns: 30, seed: 1 });
  });
});

describe('the end of an agent', () => {
  test('is told by no outcome but its crash', () => {
    const outcomes = [null, succeeded, limited(1), interrupted, failed(lastingFault)];
    expect(outcomes.map(duty.died)).toEqual([false, false, false, false, false]);
    expect(duty.died(failed(crashFault))).toBe(true);
  });

  test.each<[string, Partial<duty.AgentContext>, duty.AgentEnding]>([
    ['a fault', { fault: crashFault }, { kind: 'crashed', fault: crashFault, worked: false }],
    [
      'a fault after work',
      { ...working, fault: crashFault, handoff: true, outcome: succeeded },
      {
        kind: 'crashed',
        fault: crashFault,
        worked: true,
      },
    ],
    [
      'work, making room',
      { handoff: true, outcome: succeeded },
      {
        kind: 'handed-off',
        inbox: ['hello'],
      },
    ],
    ['no work, making room', { handoff: true }, { kind: 'stopped' }],
    ['work, staying', { outcome: succeeded }, { kind: 'stopped' }],
  ])('with %s', (_, parts, ending) => {
    expect(duty.endingOf({ ...idle, ...parts })).toEqual(ending);
  });

  test('in a crash has a fault', () => {
    expect(duty.fatalFault({ ...idle, fault: crashFault })).toBe(crashFault);
    expect(() => duty.fatalFault(idle)).toThrow('crashed of nothing');
    expect(duty.faultOf(failed(crashFault))).toBe(crashFault);
    expect(() => duty.faultOf(succeeded)).toThrow('only a failure');
  });

  test('by an adapter that threw is a failure like any other', () => {
    expect(duty.crashedOutcome(new Error('torn'))).toMatchObject({
      kind: 'failed',
      fault: { code: 'agent.crashed', message: 'torn', retryable: true },
      durationMs: 0,
    });
    expect(duty.broken('rags').message).toBe('rags');
  });
});

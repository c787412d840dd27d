/** "Done" is a claim: what makes it believed, and what is said when there is nothing behind it. */
import { describe, expect, test } from 'vitest';
import type { Evidence, Outcome } from '../../machines/outcome.ts';
import { believed } from '../../src/evidence/claims.ts';
import { exitEvidence, failed, passingFault, succeeded } from '../machines/outcomes.ts';

const exit = (facts: Evidence['facts']): Evidence => ({ ...exitEvidence, facts });
const commit = (id: string): Evidence => ({
  kind: 'commit',
  passed: true,
  summary: 'committed',
  facts: { commit: id, base: 'b' },
});
const output = (text: string) => ({ path: '', bytes: text.length, sha256: '', text });
const said = (text: string, ...evidence: Evidence[]): Outcome => ({
  ...succeeded,
  output: output(text),
  evidence,
});

describe('a claim', () => {
  test.each<[string, Outcome]>([
    ['of a program that only exited 0', said('', exit({ exitCode: 0 }))],
    ['with a tool call', said('', exit({ toolCalls: 1 }))],
    ['with an answer', said('done', exit({ toolCalls: 0 }))],
    ['with a change', said('', exit({ toolCalls: 0 }), commit('a'))],
  ])('%s is believed', (_, outcome) => {
    expect(believed(outcome, false)).toBe(outcome);
  });

  test.each<[string, Outcome, string]>([
    [
      'with nothing behind it',
      said(' \n', exit({ toolCalls: 0 })),
      'it used no tool, changed no file and gave no answer',
    ],
    [
      'with a commit that changed nothing',
      said('', exit({ toolCalls: 0 }), commit('b')),
      'it used no tool, changed no file and gave no answer',
    ],
    ['that nobody saw', said('all done'), 'nobody saw anything of it'],
    [
      'that something speaks against',
      said('ok', { ...exitEvidence, passed: false }),
      'it exited 0',
    ],
  ])('%s is not', (_, outcome, missing) => {
    const { kind: _kind, ...measured } = outcome;
    expect(believed(outcome, false)).toEqual({
      ...measured,
      kind: 'failed',
      fault: {
        code: 'claim.unverified',
        message: `unverified: it says that it is done, but ${missing}`,
        retryable: true,
      },
    });
  });

  test('of a task that may do nothing needs nothing, but somebody must have seen it', () => {
    const idle = said('', exit({ toolCalls: 0 }));
    expect(believed(idle, true)).toBe(idle);
    expect(believed(said(''), true)).toMatchObject({ fault: { code: 'claim.unverified' } });
  });

  test('of a failure is none', () => {
    expect(believed(failed(passingFault), false)).toEqual(failed(passingFault));
  });
});

/** Agents that are chosen for a role: what one remembers is not given to another. */
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../machines/outcome.ts';
import { noOutput, noUsage } from '../../machines/outcome.ts';
import type { Adapter, Assignment } from '../../src/agents/agent.ts';
import { chosenAdapter } from '../../src/agents/chosen.ts';
import { lateAdapter } from '../../src/agents/late.ts';
import { nobodyUsable } from '../../src/agents/nobody.ts';
import { surveyAgents } from '../../src/agents/survey.ts';
import { makeAssignment, makeRunFolder, makeWorld, removeFolder } from './attempt.ts';

const fault = { code: 'run.interrupted', message: 'stopped', retryable: true };

/** Notes what it is given, and opens a session. */
function noting(): Adapter & { readonly given: Assignment[] } {
  const given: Assignment[] = [];
  const session = { id: 's-1', counted: noUsage };
  return {
    name: 'noting',
    given,
    open: async () => null,
    work: async (assignment): Promise<Outcome> => {
      given.push(assignment);
      const measured = { durationMs: 1, output: noOutput, usage: noUsage, evidence: [] };
      return { kind: 'succeeded', ...measured, session };
    },
    recall: async () => ({ usage: noUsage, session }),
  };
}

const folder = makeRunFolder();
const resumed = (id: string) =>
  makeAssignment(folder, { earlier: { fault, session: { id, counted: noUsage } } });

describe('a chosen agent', () => {
  test('opens sessions that bear its name, and gets its own back', async () => {
    const inner = noting();
    const chosen = chosenAdapter('codex', inner);
    const { session } = await chosen.work(makeAssignment(folder), makeWorld());
    expect(session?.id).toBe('codex:s-1');
    await chosen.work(resumed('codex:s-1'), makeWorld());
    expect(inner.given.at(-1)?.earlier?.session?.id).toBe('s-1');
    expect((await chosen.recall?.(resumed('codex:s-1')))?.session?.id).toBe('codex:s-1');
    removeFolder(folder);
  });

  test("is not given another one's, but told how that ended", async () => {
    const inner = noting();
    await chosenAdapter('codex', inner).work(resumed('claude:s-1'), makeWorld());
    expect(inner.given[0]?.earlier).toEqual({ fault, session: null });
  });
});

test('where none can be used, each is named with what it lacks', async () => {
  const nobody = nobodyUsable(await surveyAgents({ PATH: folder, HOME: folder }));
  const found = await nobody.open();
  expect(found).toMatchObject({ code: 'agent.none-usable', retryable: false });
  expect(found?.message).toContain('claude is missing (npm install -g @anthropic-ai/claude-code)');
  expect(found?.message).toContain('grok is missing (export XAI_API_KEY=');
  expect(await nobody.work(makeAssignment(folder), makeWorld())).toMatchObject({ fault: found });
});

test('what could not be loaded is a fault, and no rejection', async () => {
  const late = lateAdapter('lost', () => Promise.reject(new Error('no such module')));
  expect(await late.open()).toMatchObject({ code: 'agent.broken', message: 'no such module' });
  const outcome = await late.work(makeAssignment(folder), makeWorld());
  expect(outcome).toMatchObject({ kind: 'failed', fault: { code: 'agent.broken' } });
});

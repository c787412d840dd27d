/** The real `claude` against the scripted model. */
import { describe, expect, inject, test } from 'vitest';
import type { Script } from './model-server.ts';
import { claude } from './points.ts';
import { rehearse } from './rehearsal.ts';
import { scenesOf } from './scenes.ts';

scenesOf(claude);

describe('claude, with a limit of its own', () => {
  const missing = inject('agents').claude;
  const named = missing ? ` (${missing})` : '';
  // Skipped where the program can't be had; its name says why.
  test.skipIf(Boolean(missing))(`stops when its money is spent${named}`, async () => {
    const write = claude.write('made.txt', 'made');
    const script: Script = ({ number }) => (number === 1 ? write : { kind: 'says', text: 'Done.' });
    const made = await rehearse(claude, script, { budgetUsd: 0.0001 });
    expect((await made.run()).code).toBe(1);
    await made.server.close();
    const { error, usage } = made.result();
    expect(error).toMatchObject({ code: 'agent.budget-spent', retryable: false });
    // It looks after the call: what was spent is more than the limit.
    expect(usage.costUsd).toBeGreaterThan(0.0001);
    expect(made.server.requests).toHaveLength(1);
  });
});

/** A worker that stands still for longer than its lease: what it had begun is ended. */
import { expect, test, vi } from 'vitest';
import { Desk } from '../cli/troupe.ts';
import { beatingPlan, freeze } from './frozen.ts';
import { addressOf, tokenFor } from './troop.ts';

vi.setConfig({ testTimeout: 240_000 });

test('at a hub: nothing is done by two at once, and nothing twice', async () => {
  const [desk, count] = [new Desk(), 3];
  const token = await tokenFor(desk);
  const run = desk.start(['run', beatingPlan(desk, count), '--bus', '127.0.0.1:0', '--quiet']);
  const { url } = await addressOf(run);
  const worker = (name: string) => {
    const words = ['worker', '--join', url, '--role', `coder=${count}`, '--name', name];
    return desk.start([...words, '--home', desk.path(name)], { env: { TROUPE_TOKEN: token } });
  };
  await freeze(desk, count, { run, first: worker('first'), second: () => worker('second') });
  expect(run.stderr).toContain('first is lost');
});

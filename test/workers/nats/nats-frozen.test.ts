/** A worker over NATS that stands still for longer than its lease. */
import { writeFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { natsServers } from '../../bus/nats/servers.ts';
import { Desk } from '../../cli/troupe.ts';
import { beatingPlan, freeze } from '../frozen.ts';

vi.setConfig({ testTimeout: 240_000 });

const { one } = natsServers();

test('ends what it had begun before another one has it; awake again it adds nothing', async () => {
  const [desk, count] = [new Desk(), 3];
  const { url } = await one();
  const nats = { servers: url, lease: '10s' };
  writeFileSync(desk.path('troupe.yaml'), JSON.stringify({ bus: { nats } }));
  const worker = (name: string) =>
    desk.start(['worker', '--role', `coder=${count}`, '--name', name, '--home', desk.path(name)]);
  const run = desk.start(['run', beatingPlan(desk, count), '--quiet']);
  await freeze(desk, count, { run, first: worker('first'), second: () => worker('second') });
  expect(run.stderr).toContain('first is lost');
});

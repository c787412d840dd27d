/** An owner that stands still for longer than its lease, and then goes on as if nothing were. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { eventually } from '../agents/processes.ts';
import { natsServers } from '../bus/nats/servers.ts';
import { Desk } from '../cli/troupe.ts';
import { node } from './nodes.ts';

const { one } = natsServers();
const count = 6;

/** Each attempt says every tenth of a second that it is at work, with the machine's time. */
const beating = (task: string, beats: number): string =>
  `i=0; while [ $i -lt ${beats} ]; do echo "${task} $$ $(date +%s%N)" >> log; i=$((i+1)); ` +
  `sleep 0.1; done; echo "end ${task} $$" >> log`;

const beatingPlan = JSON.stringify({
  name: 'beats',
  concurrency: 3,
  agents: { one: { adapter: 'command', count: 3 } },
  tasks: Array.from({ length: count }, (_, at) => ({
    id: `t${at}`,
    agent: 'one',
    // What ends just after its owner stood still is done again: only the first one is near its end.
    run: ['sh', '-c', beating(`t${at}`, at === 0 ? 3 : 60)],
  })),
});

interface Attempt {
  readonly task: string;
  first: bigint;
  last: bigint;
}

/** By process: from its first word to its last. */
function attemptsIn(log: string): readonly Attempt[] {
  const attempts = new Map<string, Attempt>();
  for (const [, task = '', pid = '', ns = '0'] of log.matchAll(/^(t\d+) (\d+) (\d+)$/gm)) {
    const at = BigInt(ns);
    const attempt = attempts.get(pid) ?? { task, first: at, last: at };
    attempts.set(pid, { ...attempt, last: at });
  }
  return [...attempts.values()];
}

test('nothing is done by two at once, or twice; and it says what has become of it', async () => {
  const desk = new Desk();
  const servers = [await one()];
  const nats = { servers: servers.map(({ url }) => url), lease: '3s' };
  writeFileSync(desk.path('troupe.yaml'), JSON.stringify({ bus: { nats } }));
  writeFileSync(desk.path('plan.yaml'), beatingPlan);
  writeFileSync(desk.path('log'), '');
  const [ada, bob] = [await node(desk, 'ada', servers), await node(desk, 'bob', servers)];
  const run = String((await ada.post('runs', { plan: 'plan.yaml' })).run);
  const log = (): string => readFileSync(desk.path('log'), 'utf8');
  await eventually('some are done, others are under way', () => /^end t/m.test(log()));
  await eventually('others are under way', () => attemptsIn(log()).length > 3);
  ada.process.child.kill('SIGSTOP');
  await bob.process.says(/had no owner: this node goes on with it/);
  await eventually('the heir has begun', () => bob.results(run).length > 0);
  ada.process.child.kill('SIGCONT');
  await eventually('all are done', () => bob.results(run).length === count);
  await ada.process.says(/this node has lost .*: it could not say in time that it still lives/);
  const statuses = bob.results(run).map(({ status }) => status);
  expect(statuses).toEqual(Array.from({ length: count }, () => 'completed'));
  const attempts = attemptsIn(log());
  for (const one of attempts) {
    const others = attempts.filter((other) => other !== one && other.task === one.task);
    const together = others.filter(({ first, last }) => first < one.last && one.first < last);
    expect(together).toEqual([]);
  }
  const ends = [...log().matchAll(/^end (t\d+)/gm)].map(([, task]) => task);
  expect(new Set(ends).size).toBe(count);
  expect(ends).toHaveLength(count);
  for (const { process } of [ada, bob]) process.child.kill('SIGTERM');
  expect((await ada.process.end()).code).toBe(0);
  expect((await bob.process.end()).code).toBe(0);
});

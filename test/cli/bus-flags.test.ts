/** The ways to agents elsewhere, as a person asks for them: one at a time, and none in vain. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Desk } from './troupe.ts';

vi.setConfig({ testTimeout: 120_000 });

const here = 'agents: { one: { adapter: simulated } }\ntasks: [{ id: only }]\n';
const remote = 'agents: { one: { adapter: simulated, where: remote } }\ntasks: [{ id: only }]\n';
const run = ['run', 'plan.yaml'];
const nats = ['--nats', 'nats://127.0.0.1:1'];

test.each([
  [here, [...run, '--bus', '127.0.0.1:0', '--isolate', 'process'], 'cannot be used with'],
  [here, [...run, ...nats, '--isolate', 'process'], 'cannot be used with'],
  [here, [...run, ...nats, '--bus', '127.0.0.1:0'], 'cannot be used with'],
  [here, [...run, '--tls'], '--tls is for a hub, and none is opened'],
  [here, [...run, '--local', '--cert', 'cert.pem'], '--cert is for a hub'],
  [here, [...run, '--bus', '127.0.0.1:0', '--tls', '--cert', 'cert.pem'], 'leave out one'],
  [here, ['resume', 'latest', '--tls'], '--bus HOST:PORT'],
  [here, ['serve', '--port', '0', '--tls'], '--bus HOST:PORT'],
  [here, ['serve', '--port', '0', '--node', 'ada'], 'bus: { nats: ... } in troupe.yaml'],
  [here, ['worker', ...nats, '--token', 'x'], '--token and --pin are for hubs'],
  [here, ['worker', '--join', 'ws://127.0.0.1:99999', '--token', 'x'], 'no address of a hub'],
  [here, ['worker', '--join', 'ws://127.0.0.1:1', '--token', 'a b'], 'that is no token'],
  [remote, [...run, '--isolate', 'process'], '--isolate lets nobody join'],
  [remote, run, '--bus 127.0.0.1:7700'],
])('%j: %j is a mistake', async (plan, words, message) => {
  const desk = new Desk();
  writeFileSync(desk.path('plan.yaml'), plan);
  const { code, stdout, stderr } = await desk.type(words);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('should not happen');
});

test('a goal is worked off in the way that was asked for, like a plan', async () => {
  const desk = new Desk();
  const planner = `  planner: { adapter: command, run: [sh, -c, 'echo done'] }\n`;
  const worker = '  worker: { adapter: command, run: [sh, -c, "echo done"] }\n';
  writeFileSync(desk.path('troupe.yaml'), `agents:\n${planner}${worker}`);
  await desk.type(['run', '--task', 'Do it', '--yes', '--isolate', 'process', '--quiet']);
  const runs = join(desk.home, 'runs');
  const [name = ''] = readdirSync(runs);
  const path = join(runs, name, 'results', 'goal.json');
  const { evidence } = JSON.parse(readFileSync(path, 'utf8'));
  expect(evidence[0].facts.worker).toMatch(/^agent-/);
});

test('a hub at every address names one by which other machines reach it', async () => {
  const desk = new Desk();
  writeFileSync(desk.path('plan.yaml'), here);
  const { code, stderr } = await desk.type([...run, '--bus', '0.0.0.0:0', '--quiet']);
  expect(code).toBe(0);
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const others = all.filter(({ family, internal }) => family === 'IPv4' && !internal);
  const [, named] = /From other machines: ws:\/\/([\d.]+):\d+/.exec(stderr) ?? [];
  expect(named).toBe(others[0]?.address);
});

test('a hub whose list of tokens is damaged says so, and says so when it is mended', async () => {
  const desk = new Desk();
  writeFileSync(desk.path('plan.yaml'), remote);
  const hub = desk.start([...run, '--bus', '127.0.0.1:0']);
  const [address = ''] = await hub.says(/ws:\/\/127\.0\.0\.1:\d+/);
  const made = await desk.type(['token', 'create', '--role', 'worker', '--json']);
  const { token } = JSON.parse(made.stdout);
  const worker = desk.start(['worker', '--join', address, '--role', 'other', '--token', token]);
  await worker.says(/joined/i);
  const list = join(desk.home, 'tokens', 'list.json');
  const whole = readFileSync(list, 'utf8');
  writeFileSync(list, '{');
  const [said] = await hub.says(/No worker is let in: .*list\.json is no list of tokens\.\n.*\n/);
  expect(said).toContain('make new tokens');
  writeFileSync(list, whole);
  await hub.says(/The list of tokens can be read again: workers are let in\./);
  for (const each of [worker, hub]) {
    each.child.kill('SIGINT');
    await each.end();
  }
});

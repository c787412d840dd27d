/** `troupe serve` and `run --ui`: for scripts, with signals, and two at once. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CareLine } from '../../src/serving/memory-wire.ts';
import { childrenOf, eventually, isRunning } from '../agents/processes.ts';
import { Desk, jsonLines, type Process } from './troupe.ts';

const plan = 'agents: { one: { adapter: simulated, work: 60s } }\ntasks: [{ id: only }]\n';

async function opened(desk: Desk): Promise<{ process: Process; url: string; token: string }> {
  const process = desk.start(['serve', '--port', '0', '--json']);
  await process.says(/"serve.opened"/);
  const [said] = jsonLines(process.stdout);
  return { process, url: new URL(String(said?.url)).origin, token: String(said?.token) };
}

const post = (url: string, token: string, body: object): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

test('serve says where it is, keeps the home, and closes at a signal', async () => {
  const desk = new Desk();
  writeFileSync(desk.path('plan.yaml'), plan);
  const { process, url, token } = await opened(desk);
  expect((await fetch(`${url}/api/runs`)).status).toBe(401);

  const second = await desk.type(['serve', '--port', '0']);
  expect([second.code, second.stdout]).toEqual([2, '']);
  expect(second.stderr).toContain(`process ${process.pid}`);

  const started = (await (await post(`${url}/api/runs`, token, { plan: 'plan.yaml' })).json()) as {
    run: string;
  };
  process.child.kill('SIGTERM');
  const { code, stderr } = await process.end();
  expect(code).toBe(0);
  expect(stderr).toContain(`troupe resume ${started.run}`);
  expect(existsSync(join(desk.home, 'serve/place.json'))).toBe(false);

  const again = await opened(desk);
  const resumed = await post(`${again.url}/api/runs/${started.run}/act`, again.token, {
    type: 'resume',
  });
  expect(resumed.status).toBe(200);
  again.process.child.kill('SIGKILL');
  await again.process.end();
  // Nobody is in the way of the next one, though the last could not say goodbye.
  const third = await opened(desk);
  third.process.child.kill('SIGINT');
  expect((await third.process.end()).code).toBe(0);
});

test.each([
  [['--port', 'many'], 'It must be a number'],
  [['--host', '0.0.0.0'], 'without TLS'],
  [['--cert', 'cert.pem'], '--key is missing'],
  [['--host', '0.0.0.0', '--cert', 'none.pem', '--key', 'none.pem'], 'certificate'],
])('serve %j is refused with the reason', async (words, why) => {
  const { code, stdout, stderr } = await new Desk().type(['serve', ...words]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(why);
});

test('serve looks after memory in a process that ends with it, also by a kill', async () => {
  const desk = new Desk();
  const plan =
    'agents: { one: { adapter: command, run: [cat] } }\ntasks: [{ id: a, prompt: Hi }]\n';
  writeFileSync(desk.path('hi.yaml'), plan);
  writeFileSync(desk.path('troupe.yaml'), 'memory: { every: 1s, keep: 1 }\n');
  for (const _ of [1, 2]) expect((await desk.type(['run', 'hi.yaml'])).code).toBe(0);
  const { process: server, url, token } = await opened(desk);
  const headers = { authorization: `Bearer ${token}` };
  const care = async () => {
    const response = await fetch(`${url}/api/memory/care`, { headers });
    return ((await response.json()) as { care: CareLine | null }).care;
  };
  let looked: CareLine | null = null;
  const look = setInterval(async () => {
    looked = await care().catch(() => looked);
  }, 200);
  try {
    await eventually('it has remembered and put away', () => (looked?.last?.at ?? 0) > 0);
    const first = (looked as CareLine | null)?.last;
    expect(first?.problem).toBe('');
    const { tasks, archived } = JSON.parse((await desk.type(['memory', '--json'])).stdout);
    expect({ tasks, archived }).toEqual({ tasks: 1, archived: 1 });
    await eventually('it does so again', () => (looked?.last?.at ?? 0) > (first?.at ?? 0));
  } finally {
    clearInterval(look);
  }
  const workers = () => childrenOf(Number(server.pid)).filter((line) => /memory-upkeep/.test(line));
  if (process.platform !== 'linux') return;
  const [worker = ''] = workers();
  expect(worker).toContain('memory-upkeep');
  server.child.kill('SIGKILL');
  await server.end();
  await eventually('it is gone, too', () => !isRunning(Number(worker.split(' ')[0])));
});

test('run --ui tells where its page is, and ends with the run where nobody looks', async () => {
  const desk = new Desk();
  writeFileSync(desk.path('quick.yaml'), plan.replace('60s', '1ms'));
  const { code, stderr } = await desk.type(['run', 'quick.yaml', '--ui']);
  expect(code).toBe(0);
  const [run] = readdirSync(join(desk.home, 'runs'));
  expect(stderr).toMatch(new RegExp(`See it: http://127.0.0.1:\\d+/\\?token=\\w+#/runs/${run}\n`));
  expect(stderr).toContain('its page with it: without a terminal');
});

test('the address of the page can be asked for again, and status says how', async () => {
  const desk = new Desk();
  const nobody = await desk.type(['serve', '--address']);
  expect([nobody.code, nobody.stdout]).toEqual([2, '']);
  expect(nobody.stderr).toMatch(/nobody serves the home .*\n.*troupe serve/);
  const { process, url, token } = await opened(desk);
  const { code, stdout } = await desk.type(['serve', '--address']);
  expect([code, stdout]).toEqual([0, `${url}/?token=${token}\n`]);
  const visit = await fetch(stdout.trim(), { redirect: 'manual' });
  expect(visit.headers.get('set-cookie')).toMatch(/HttpOnly/i);
  const json = await desk.type(['serve', '--address', '--json']);
  const port = Number(new URL(url).port);
  expect(JSON.parse(json.stdout)).toEqual({ url: stdout.trim(), port, token });
  const status = await desk.type(['status']);
  expect([status.code, status.stderr]).toEqual([0, '']);
  expect(status.stdout).toMatch(
    /^Health 100 of 100 .*, not persistent\nIts page: troupe serve --addr/,
  );
  // Frozen, as by a debugger: what it wrote down is no news.
  process.child.kill('SIGSTOP');
  const frozen = await desk.type(['status']);
  expect([frozen.code, frozen.stderr]).toEqual([1, expect.stringMatching(/does not answer/)]);
  process.child.kill('SIGCONT');
  process.child.kill('SIGTERM');
  await process.end();
});

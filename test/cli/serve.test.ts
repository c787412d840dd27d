/** `troupe serve` and `run --ui`: for scripts, with signals, and two at once. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
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

test('run --ui tells where its page is, and ends with the run where nobody looks', async () => {
  const desk = new Desk();
  writeFileSync(desk.path('quick.yaml'), plan.replace('60s', '1ms'));
  const { code, stderr } = await desk.type(['run', 'quick.yaml', '--ui']);
  expect(code).toBe(0);
  const [run] = readdirSync(join(desk.home, 'runs'));
  expect(stderr).toMatch(new RegExp(`See it: http://127.0.0.1:\\d+/\\?token=\\w+#/runs/${run}\n`));
});

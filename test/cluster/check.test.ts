/** `troupe nats check`, against real servers that lack something. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { natsServers } from '../bus/nats/servers.ts';
import { Desk } from '../cli/troupe.ts';

const { one } = natsServers();

interface Said {
  readonly ok: boolean;
  readonly findings: readonly { name: string; status: string; found: string; fix: string }[];
}

async function check(url: string): Promise<Said & { readonly code: number | null }> {
  const { code, stdout } = await new Desk().type(['nats', 'check', '--nats', url, '--json']);
  return { code, ...(JSON.parse(stdout) as Said) };
}

test('a server that has everything is said to have it, and keeps nothing of that', async () => {
  const server = await one();
  for (const _ of [1, 2]) {
    const { ok, code, findings } = await check(server.url);
    expect({ ok, code }).toEqual({ ok: true, code: 0 });
    expect(findings.map(({ name }) => name)).toEqual([
      ...['connection', 'version', 'payload', 'secrecy', 'JetStream', 'bus', 'runs', 'replicas'],
    ]);
  }
});

test('what is missing is named with what to do', async () => {
  const none = await check('nats://127.0.0.1:1');
  expect([none.code, none.findings.at(-1)?.name]).toEqual([1, 'connection']);
  expect(none.findings.at(-1)?.fix).toBe('look whether a nats-server runs there');
  const bare = await one({ jetStream: false, more: 'max_payload: 1MB' });
  const { code, findings } = await check(bare.url);
  expect([code, findings.at(-1)?.name]).toEqual([1, 'JetStream']);
  expect(findings.at(-1)?.fix).toContain('store_dir');
  const small = await one({ jetStream: false, more: 'max_payload: 1000' });
  expect((await check(small.url)).findings.at(-1)).toMatchObject({ name: 'payload' });
});

/** The rights of a user of `deploy/nats-server.conf`, on a server without its certificates. */
function rights(): string {
  const text = readFileSync('deploy/nats-server.conf', 'utf8');
  return text
    .slice(text.indexOf('authorization {'))
    .replace('$TROUPE_NATS_NODE', 'one')
    .replace('$TROUPE_NATS_W1', 'two');
}

test('deploy/nats-server.conf gives a node enough rights, and a worker fewer', async () => {
  const server = await one({ more: rights() });
  const url = (user: string): string => server.url.replace('//', `//${user}@`);
  const node = await check(url('node:one'));
  expect(node.findings.filter(({ status }) => status === 'missing')).toEqual([]);
  expect(node.code).toBe(0);
  const worker = await check(url('w1:two'));
  expect(worker.ok).toBe(false);
  const wrong = await check(url('node:two'));
  expect(wrong.findings.at(-1)?.fix).toContain('credentials');
});

test('without servers it says how to name them', async () => {
  const desk = new Desk();
  const unnamed = await desk.type(['nats', 'check']);
  expect([unnamed.code, unnamed.stdout]).toEqual([2, '']);
  expect(unnamed.stderr).toContain('--nats nats://host:4222');
  writeFileSync(desk.path('troupe.yaml'), 'bus: { nats: { servers: "http://x" } }\n');
  const bad = await desk.type(['nats', 'check']);
  expect(bad.code).toBe(2);
  expect(bad.stderr).toContain('nats://host:4222');
});

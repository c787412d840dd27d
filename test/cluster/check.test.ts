/** `troupe nats check`, against real servers that lack something. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { natsServers } from '../bus/nats/servers.ts';
import { Desk } from '../cli/troupe.ts';

const { one, three } = natsServers();

interface Said {
  readonly ok: boolean;
  readonly findings: readonly { name: string; status: string; found: string; fix: string }[];
}

async function check(
  url: string,
  more: readonly string[] = [],
): Promise<Said & { readonly code: number | null }> {
  const words = ['nats', 'check', '--nats', url, '--json', ...more];
  const { code, stdout } = await new Desk().type(words);
  return { code, ...(JSON.parse(stdout) as Said) };
}

const standing = ['connection', 'version', 'payload', 'secrecy', 'JetStream'];
const workers = ['calls', 'register', 'versions', 'parcels', 'letters'];

test('a server that has everything is said to have it, and keeps nothing of that', async () => {
  const server = await one();
  for (const _ of [1, 2]) {
    const { ok, code, findings } = await check(server.url);
    expect({ ok, code }).toEqual({ ok: true, code: 0 });
    expect(findings.map(({ name }) => name)).toEqual([
      ...[...standing, 'bus', 'runs', ...workers, 'replicas'],
    ]);
  }
  const words = ['nats', 'prune', '--older-than', '0s', '--dry-run', '--json'];
  const { stdout } = await new Desk().type([...words, '--nats', server.url]);
  expect(JSON.parse(stdout)).toMatchObject({ wouldRemove: [] });
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
  const lacking = missing(await check(small.url)).map(({ name }) => name);
  expect(lacking).toEqual(['payload', 'JetStream']);
});

/** The rights of a user of `deploy/nats-server.conf`, on a server without its certificates. */
function rights(): string {
  const text = readFileSync('deploy/nats-server.conf', 'utf8');
  return text
    .slice(text.indexOf('authorization {'))
    .replace('$TROUPE_NATS_NODE', 'one')
    .replace('$TROUPE_NATS_W1', 'two');
}

const as = (url: string, user: string): string => url.replace('//', `//${user}@`);
const missing = ({ findings }: Said) => findings.filter(({ status }) => status === 'missing');

test('deploy/nats-server.conf gives a node all rights, and a worker its own', async () => {
  const { url } = await one({ more: rights() });
  // The streams are made by a node: a worker alone is told so.
  const early = await check(as(url, 'w1:two'), ['--worker', 'w1']);
  expect(early.findings.find(({ name }) => name === 'bus')?.fix).toContain('troupe serve --nats');
  const node = await check(as(url, 'node:one'));
  expect([node.code, missing(node)]).toEqual([0, []]);
  const worker = await check(as(url, 'w1:two'), ['--worker', 'w1']);
  expect([worker.code, missing(worker)]).toEqual([0, []]);
  expect(worker.findings.map(({ name }) => name)).toEqual([...standing, 'bus', ...workers]);
  const wrong = await check(as(url, 'node:two'));
  expect(wrong.findings.at(-1)?.fix).toContain('credentials');
});

test('each right that is missing is named, with the rule that gives it', async () => {
  const { url } = await one({ more: rights() });
  await check(as(url, 'node:one'));
  const other = missing(await check(as(url, 'w1:two'), ['--worker', 'w2']));
  expect(other.map(({ name }) => name)).toEqual(['bus', 'register', 'letters']);
  expect(other[0]?.fix).toContain('subscribe "troupe.ask.node.w2.>"');
  expect(other[0]?.fix).toContain('publish "troupe.bus.w2.>"');
  expect(other[1]?.found).toContain('$KV.troupe_workers.worker.w2.');
  expect(other[1]?.fix).toContain('publish "$KV.troupe_workers.worker.w2.>"');
  const asNode = missing(await check(as(url, 'w1:two')));
  expect(asNode.map(({ name }) => name)).toEqual(expect.arrayContaining(['runs', 'calls']));
});

test.each([
  ['calls', '"$JS.API.CONSUMER.*.troupe_work.>", "$JS.API.CONSUMER.*.*.troupe_work.>"'],
  ['parcels', '"$O.troupe_parcels.>"'],
  ['register', '"$KV.troupe_workers.>", '],
])('%s without their rights are missing, and the rest is there', async (name, rule) => {
  const { url } = await one({ more: rights().replace(rule, '') });
  const said = missing(await check(as(url, 'node:one')));
  expect(said[0]).toMatchObject({ name, fix: expect.stringContaining('nats-server.conf') });
  const also = name === 'parcels' ? ['letters'] : [];
  expect(said.map((each) => each.name)).toEqual([name, ...also]);
});

test('a server with little room has smaller streams; one with none is told how much', async () => {
  const small = await one({ more: '', room: '96MB' });
  const { code, findings } = await check(small.url);
  expect(code).toBe(0);
  const bus = findings.find(({ name }) => name === 'bus');
  expect(bus).toMatchObject({ status: 'warning', found: 'stream troupe_bus, 64 MB' });
  expect(bus?.fix).toContain('raise max_file_store');
  const none = missing(await check((await one({ room: '20MB' })).url));
  expect(none.map(({ name }) => name)).toContain('calls');
  expect(none[0]?.fix).toContain('16 MB at least: raise max_file_store');
});

test('an account that may have too few streams is told which limit to raise', async () => {
  const users = 'users: [ { user: a, password: b } ]';
  const few = `accounts { TEAM { jetstream { max_streams: 2 }, ${users} } }`;
  const { url } = await one({ more: few });
  const said = missing(await check(as(url, 'a:b')));
  expect(said[0]?.name).toBe('runs');
  expect(said[0]?.fix).toContain('raise max_streams');
});

test('three servers that keep each message have everything', async () => {
  const desk = new Desk();
  const servers = (await three()).map(({ url }) => url);
  writeFileSync(
    desk.path('troupe.yaml'),
    JSON.stringify({ bus: { nats: { servers, replicas: 3 } } }),
  );
  const { stdout } = await desk.type(['nats', 'check', '--json']);
  const said = JSON.parse(stdout) as Said;
  expect(said.findings.filter(({ status }) => status !== 'ok')).toEqual([]);
  expect(said.findings.at(-1)).toMatchObject({ found: '3 servers keep each message' });
});

test('without servers it says how to name them', async () => {
  const desk = new Desk();
  const unnamed = await desk.type(['nats', 'check']);
  expect([unnamed.code, unnamed.stdout]).toEqual([2, '']);
  expect(unnamed.stderr).toContain('--nats nats://host:4222');
  const nobody = await desk.type(['nats', 'check', '--nats', 'nats://x', '--worker', 'a b']);
  expect([nobody.code, nobody.stderr]).toEqual([2, expect.stringContaining('no name for')]);
  writeFileSync(desk.path('troupe.yaml'), 'bus: { nats: { servers: "http://x" } }\n');
  const bad = await desk.type(['nats', 'check']);
  expect(bad.code).toBe(2);
  expect(bad.stderr).toContain('nats://host:4222');
});

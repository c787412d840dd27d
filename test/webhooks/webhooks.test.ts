/** Facts told to a real server: signed, in order, again when it fails, never to strangers. */
import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { sortWebhooks, wants } from '../../src/webhooks/allowed.ts';
import { Desk } from '../cli/troupe.ts';

interface Told {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Answers with each of the statuses, then with 200. */
async function receiver(...statuses: readonly number[]) {
  const told: Told[] = [];
  const answers = [...statuses];
  const server = createServer((req, res) => {
    let body = '';
    req.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    req.on('end', () => {
      const status = answers.shift() ?? 200;
      if (status === 200) told.push({ headers: req.headers, body });
      res.writeHead(status, status === 302 ? { location: 'http://127.0.0.1:9/' } : {}).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { told, host, url: `http://${host}/hook` };
}

const plan = `name: told
agents: { cat: { adapter: command, run: [cat] } }
tasks: [{ id: one, agent: cat, prompt: x }]
`;

function deskWith(url: string, on: string): Desk {
  const desk = new Desk();
  writeFileSync(desk.path('plan.yaml'), plan);
  const lines = ['webhooks:', `  - on: ${on}`, `    url: ${url}`, '    secretEnv: HOOK_SECRET'];
  writeFileSync(desk.path('troupe.yaml'), `${lines.join('\n')}\n`);
  return desk;
}

const typesIn = (told: readonly Told[]) => told.map(({ body }) => JSON.parse(body).type);

test('a webhook is told what it asked for, in order, and can check who tells it', async () => {
  const { told, host, url } = await receiver();
  const env = { TROUPE_WEBHOOK_HOSTS: host, HOOK_SECRET: 'hush' };
  const { code } = await deskWith(url, '[task.succeeded, run.*]').type(['run', 'plan.yaml'], {
    env,
  });
  expect(code).toBe(0);
  expect(typesIn(told)).toEqual(['run.started', 'task.succeeded', 'run.draining', 'run.succeeded']);
  for (const { headers, body } of told) {
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['troupe-signature'])) ?? [];
    expect(v1).toBe(createHmac('sha256', 'hush').update(`${t}.${body}`).digest('hex'));
    expect(JSON.parse(body).id).toBe(headers['troupe-delivery']);
  }
});

test('what fails is told again, and where it sends us on to is not followed', async () => {
  const { told, host, url } = await receiver(500, 302);
  const env = { TROUPE_WEBHOOK_HOSTS: host, HOOK_SECRET: 'hush' };
  const { code } = await deskWith(url, '[run.succeeded]').type(['run', 'plan.yaml'], { env });
  expect(code).toBe(0);
  expect(typesIn(told)).toEqual(['run.succeeded']);
});

test('what nobody took is told by the next life of the run, and nothing twice', async () => {
  const { told, host, url } = await receiver(...Array.from({ length: 20 }, () => 503));
  const env = { TROUPE_WEBHOOK_HOSTS: host, HOOK_SECRET: 'hush' };
  const desk = deskWith(url, '[run.started, run.succeeded]');
  await desk.type(['run', 'plan.yaml'], { env });
  expect(told).toEqual([]);
  for (let tries = 0; tries < 6 && told.length < 2; tries += 1) {
    await desk.type(['resume', 'latest'], { env });
  }
  await desk.type(['resume', 'latest'], { env });
  expect(typesIn(told)).toEqual(['run.started', 'run.succeeded']);
}, 120_000);

test('two webhooks with one address are each told what they asked for', async () => {
  const { told, host, url } = await receiver();
  const env = { TROUPE_WEBHOOK_HOSTS: host, HOOK_SECRET: 'hush' };
  const desk = deskWith(url, '[run.succeeded]');
  const hook = (on: string) => `  - { on: ${on}, url: "${url}" }\n`;
  writeFileSync(desk.path('troupe.yaml'), `webhooks:\n${hook('[run.*]')}${hook('[task.started]')}`);
  await desk.type(['run', 'plan.yaml'], { env });
  expect(typesIn(told).toSorted()).toEqual([
    ...['run.draining', 'run.started', 'run.succeeded', 'task.started'],
  ]);
});

test('a host that nobody allowed is told nothing, and a person is told of that', async () => {
  const { told, host, url } = await receiver();
  const { code, stderr } = await deskWith(url, '["*"]').type(['run', 'plan.yaml']);
  expect(code).toBe(0);
  expect(stderr).toContain(`TROUPE_WEBHOOK_HOSTS=${host}`);
  expect(told).toEqual([]);
});

describe('who is told', () => {
  const webhook = { on: ['task.*'], url: 'https://hooks.example.com/x', secretEnv: 'S' };

  test('is a whole host, with its port', () => {
    const allow = (hosts: string) =>
      sortWebhooks([webhook], { TROUPE_WEBHOOK_HOSTS: hosts, S: 'x' }).allowed.length;
    expect(allow('hooks.example.com')).toBe(1);
    expect(allow('other.com, hooks.example.com')).toBe(1);
    expect(allow('example.com')).toBe(0);
    expect(allow('hooks.example.com:8443')).toBe(0);
    expect(allow('*')).toBe(0);
  });

  test('is nobody without the secret that is to sign', () => {
    const { allowed, notes } = sortWebhooks([webhook], {
      TROUPE_WEBHOOK_HOSTS: 'hooks.example.com',
    });
    expect(allowed).toEqual([]);
    expect(notes).toEqual([expect.stringContaining('S is to sign it')]);
  });

  test('hears of what it named, of all of a noun, or of everything', () => {
    expect(wants(webhook, 'task.failed')).toBe(true);
    expect(wants(webhook, 'run.failed')).toBe(false);
    expect(wants({ ...webhook, on: ['*'] }, 'run.failed')).toBe(true);
    expect(wants({ ...webhook, on: ['run.failed'] }, 'run.failed')).toBe(true);
  });
});

test('a webhook that makes no sense is refused with its line', async () => {
  const desk = deskWith('ftp://x', '[Task Failed]');
  const { code, stderr } = await desk.type(['run', 'plan.yaml']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/troupe\.yaml:2.*expected a fact/);
  expect(stderr).toMatch(/troupe\.yaml:3.*https:/);
});

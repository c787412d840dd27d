/** `deploy/nats-server.conf`, whole, with TLS: all that nodes and its worker need, and no more. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { natsServers } from '../bus/nats/servers.ts';
import { Desk } from '../cli/troupe.ts';

const { configured } = natsServers();

interface Said {
  readonly ok: boolean;
  readonly findings: readonly { name: string; status: string; found: string; fix: string }[];
}

/** A certificate for this machine, which is its own authority. */
function makeCertificate(desk: Desk): void {
  const whom = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const files = ['-keyout', desk.path('key.pem'), '-out', desk.path('cert.pem')];
  const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...whom, ...files];
  execFileSync('openssl', words, { stdio: 'ignore' });
}

const configuration = (desk: Desk): string =>
  readFileSync('deploy/nats-server.conf', 'utf8')
    .replace('0.0.0.0:4222', '127.0.0.1:{port}')
    .replace('/var/lib/nats', '{store}')
    .replaceAll('/etc/nats/server-key.pem', desk.path('key.pem'))
    .replaceAll(/\/etc\/nats\/\w+\.pem/g, desk.path('cert.pem'))
    .replace('$TROUPE_NATS_NODE', 'one')
    .replace('$TROUPE_NATS_W1', 'two');

test('a node and a worker find everything that they need, over TLS', async () => {
  const desk = new Desk();
  makeCertificate(desk);
  const { port } = await configured(configuration(desk));
  const check = async (user: string, ...more: readonly string[]): Promise<Said> => {
    const servers = [`tls://${user}@localhost:${port}`];
    const nats = { servers, tls: { ca: 'cert.pem' } };
    writeFileSync(desk.path('troupe.yaml'), JSON.stringify({ bus: { nats } }));
    const { stdout } = await desk.type(['nats', 'check', '--json', ...more]);
    return JSON.parse(stdout) as Said;
  };
  const node = await check('node:one');
  expect(node.findings.filter(({ status }) => status !== 'ok')).toEqual([]);
  expect(node.findings.find(({ name }) => name === 'secrecy')?.found).toBe('TLS');
  const worker = await check('w1:two', '--worker', 'w1');
  expect(worker.findings.filter(({ status }) => status !== 'ok')).toEqual([]);
  // It has no more than that.
  expect((await check('w1:two')).ok).toBe(false);
  expect((await check('w1:two', '--worker', 'w2')).ok).toBe(false);
});

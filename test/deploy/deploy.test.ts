/** What lies in `deploy/` is what the programs it is for understand. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const folder = mkdtempSync(join(tmpdir(), 'troupe-deploy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const units = readdirSync('deploy').filter((name) => name.endsWith('.service'));
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
const hasCompose = spawnSync('docker', ['compose', 'version']).status === 0;

/** The words of a unit, by section and key. */
function wordsOf(unit: string): ReadonlyMap<string, string> {
  const words = new Map<string, string>();
  let section = '';
  for (const line of readFileSync(join('deploy', unit), 'utf8').split('\n')) {
    section = /^\[(\w+)\]$/.exec(line)?.[1] ?? section;
    const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (key) words.set(`${section}.${key}`, value ?? '');
  }
  return words;
}

describe.each(units)('the unit %s', (unit) => {
  // Where there is no systemd nobody could use it either.
  test.skipIf(!hasSystemd)('is what systemd understands', () => {
    const path = join(folder, unit.replace('@.', '@coder.'));
    const text = readFileSync(join('deploy', unit), 'utf8');
    // Its user is not on this machine.
    writeFileSync(path, text.replace('User=troupe', 'User=root'));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', path], {
      encoding: 'utf8',
    });
    const about = stderr.split('\n').filter((line) => line.includes(unit.split('@')[0] ?? unit));
    expect({ status, about }).toEqual({ status: 0, about: [] });
  });

  test('starts Troupe again when it dies, and stops it gently', () => {
    const words = wordsOf(unit);
    expect(words.get('Service.ExecStart')).toMatch(/troupe (serve|worker) /);
    expect(words.get('Service.Restart')).toBe('always');
    expect(words.get('Service.KillSignal')).toBe('SIGTERM');
    expect(words.get('Service.User')).not.toBe('root');
    expect(words.get('Install.WantedBy')).toBe('multi-user.target');
  });
});

test('nats-server.conf is what the server understands', () => {
  const keys = ['-newkey', 'rsa:2048', '-nodes', '-keyout', join(folder, 'key.pem')];
  const whom = ['-subj', '/CN=localhost', '-days', '2', '-out', join(folder, 'cert.pem')];
  execFileSync('openssl', ['req', '-x509', ...keys, ...whom], { stdio: 'ignore' });
  const text = readFileSync('deploy/nats-server.conf', 'utf8')
    .replaceAll('/etc/nats/server-key.pem', join(folder, 'key.pem'))
    .replaceAll(/\/etc\/nats\/\w+\.pem/g, join(folder, 'cert.pem'))
    .replaceAll('/var/lib/nats', join(folder, 'store'));
  const path = join(folder, 'nats-server.conf');
  writeFileSync(path, text);
  const env = { ...process.env, TROUPE_NATS_NODE: 'one', TROUPE_NATS_W1: 'two' };
  const { status, stderr } = spawnSync('nats-server', ['-t', '-c', path], {
    env,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining('is valid') });
});

interface Service {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: readonly string[];
}

describe('compose.yaml', () => {
  const text = readFileSync('deploy/compose.yaml', 'utf8');
  const { services, volumes, ...others } = parse(text, { merge: true }) as {
    services: Record<string, Service>;
    volumes: Record<string, object>;
  };

  test('names an image, commands and only volumes and services that are there', () => {
    expect(others).toEqual({});
    for (const { image, command, volumes: mounts = [], depends_on = [] } of Object.values(
      services,
    )) {
      expect(image).toMatch(/^[a-z]+:[\w.-]+$/);
      expect(command?.every((word) => typeof word === 'string')).toBe(true);
      expect(depends_on.every((name) => name in services)).toBe(true);
      const named = mounts.map((mount) => mount.split(':')[0] ?? '');
      expect(named.every((name) => name.startsWith('./') || name in volumes)).toBe(true);
    }
    expect(new Set(Object.keys(services))).toEqual(new Set(['nats', 'ada', 'bob']));
  });

  // Most machines have no Docker.
  test.skipIf(!hasCompose)('is what Compose understands', () => {
    const env = { ...process.env, TROUPE_NATS_NODE: 'secret' };
    const args = ['compose', '-f', 'deploy/compose.yaml', 'config', '--quiet'];
    expect(spawnSync('docker', args, { env }).status).toBe(0);
  });
});

test('what deploy/README.md writes into the environment of a unit is what that unit reads', () => {
  const text = readFileSync('deploy/README.md', 'utf8');
  const written = [...text.matchAll(/^(TROUPE_[A-Z]+(?:_[A-Z]+)*)=/gm)].map(
    ([, name = '']) => name,
  );
  const started = units.map((unit) => wordsOf(unit).get('Service.ExecStart') ?? '').join(' ');
  const read = [...started.matchAll(/\$\{?(TROUPE_\w+)/g)].map(([, name = '']) => name);
  // The command reads this one by itself.
  expect(new Set(written)).toEqual(new Set([...read, 'TROUPE_TOKEN']));
});

test('the links of deploy/README.md lead to what is there, and name every file', () => {
  const text = readFileSync('deploy/README.md', 'utf8');
  const links = [...text.matchAll(/\]\(([^)#\s]+)\)/g)].map(([, target = '']) => target);
  expect(
    links.filter((target) => !existsSync(resolve(dirname('deploy/README.md'), target))),
  ).toEqual([]);
  const files = readdirSync('deploy').filter((name) => name !== 'README.md');
  expect(new Set(links)).toEqual(new Set(files));
});

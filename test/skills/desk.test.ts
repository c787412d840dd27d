/** Skills come from folders, git and npm, whole, hashed and without running anything of theirs. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Candidate } from '../../src/skills/desk.ts';
import { SkillDesk } from '../../src/skills/desk.ts';
import { kindOf } from '../../src/skills/fetching.ts';
import { tempFolders, writeFiles } from '../app/temp.ts';
import { hallIn, skillText, yes } from './hall.ts';

const temp = tempFolders('skills');
const pdf = skillText('pdf', 'Reads PDF files.');
const git = (cwd: string, ...words: string[]) =>
  execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...words], {
    cwd,
    stdio: 'pipe',
  });

describe('found', () => {
  test('are those of the project before those of the home, and broken ones say why', async () => {
    const { desk } = hallIn(temp(), {
      'skills/pdf/SKILL.md': pdf,
      'home/.claude/skills/pdf/SKILL.md': skillText('pdf', 'Another one.'),
      'home/.claude/skills/csv/SKILL.md': skillText('csv', 'Reads tables.'),
      '.claude/skills/torn/SKILL.md': 'nothing',
    });
    const rows = await desk.list();
    expect(rows.map(({ name, place, problem }) => [name, place, problem !== null])).toEqual([
      ['csv', 'home', false],
      ['pdf', 'project', false],
      ['torn', 'project', true],
    ]);
    expect((await desk.show('pdf')).description).toBe('Reads PDF files.');
    await expect(desk.show('pdff')).rejects.toThrow(/did you mean "pdf"/);
    await expect(desk.show('torn')).rejects.toThrow(/front matter/);
  });
});

test('one that nobody has added is not taken away, whatever it is called', () => {
  const name = 'constructor';
  const path = `.troupe/skills/${name}`;
  const { desk, cwd } = hallIn(temp(), { [`${path}/SKILL.md`]: skillText(name, 'Builds.') });
  expect(() => desk.remove(name)).toThrow(/was not added/);
  expect(existsSync(join(cwd, path))).toBe(true);
  expect(desk.verify()).toEqual([{ name, problem: null }]);
});

describe('added', () => {
  test('from a folder it is locked; a change is shown, and waits for a yes', async () => {
    const { desk, cwd } = hallIn(temp(), {
      'from/pdf/SKILL.md': pdf,
      'from/pdf/scripts/a.sh': 'echo',
    });
    expect(await desk.add('from/pdf', yes)).toMatchObject([{ change: 'new', tokens: 3 }]);
    const lock = readFileSync(join(cwd, '.troupe/skills.lock.json'), 'utf8');
    expect(JSON.parse(lock).skills.pdf).toMatchObject({ source: 'from/pdf' });
    expect(
      await desk.add('from/pdf', { agree: () => Promise.reject(new Error('asked')) }),
    ).toMatchObject([{ change: 'same' }]);
    writeFiles(cwd, {
      'from/pdf/SKILL.md': pdf.replace('How', 'Know how'),
      'from/pdf/scripts/a.sh': 'rm',
    });
    let seen: readonly Candidate[] = [];
    const no = async (told: readonly Candidate[]) => {
      seen = told;
      return false;
    };
    expect(await desk.add('from/pdf', { agree: no })).toBeNull();
    expect(seen[0]).toMatchObject({ change: 'changed', touched: ['scripts/a.sh'] });
    expect(seen[0]?.diff.filter(({ kind }) => kind === 'added')).toEqual([
      { kind: 'added', line: 'Know how to pdf.' },
    ]);
    expect(readFileSync(join(cwd, '.troupe/skills.lock.json'), 'utf8')).toBe(lock);
    await desk.add('from/pdf', yes);
    expect((await desk.show('pdf')).body).toBe('Know how to pdf.');
    expect(statSync(join(cwd, '.troupe/skills/pdf/scripts/a.sh')).mode & 0o111).toBe(0);
    expect(existsSync(join(cwd, '.troupe/skills/pdf.old'))).toBe(false);
  });

  test('what was changed by hand, or is gone, does not hold against the lock', async () => {
    const { desk, cwd } = hallIn(temp(), { 'from/pdf/SKILL.md': pdf });
    await desk.add('from', yes);
    expect(desk.verify()).toEqual([{ name: 'pdf', problem: null }]);
    writeFileSync(join(cwd, '.troupe/skills/pdf/more.md'), 'x');
    expect(desk.verify()[0]?.problem).toMatch(/not what was added/);
    rmSync(join(cwd, '.troupe/skills/pdf'), { recursive: true });
    expect(desk.verify()[0]?.problem).toMatch(/not there/);
    desk.remove('pdf');
    expect(desk.verify()).toEqual([]);
    expect(() => desk.remove('pdf')).toThrow(/was not added/);
  });

  test('from git, at a branch, without its hooks', async () => {
    const { desk, cwd } = hallIn(temp());
    const origin = join(cwd, 'origin');
    writeFiles(origin, { 'skills/pdf/SKILL.md': pdf, 'README.md': '#' });
    git(cwd, 'init', '-q', '-b', 'main', origin);
    git(origin, 'add', '.');
    git(origin, 'commit', '-qm', 'One');
    git(origin, 'checkout', '-qb', 'next');
    writeFiles(origin, { 'skills/csv/SKILL.md': skillText('csv', 'Tables.') });
    git(origin, 'add', '.');
    git(origin, 'commit', '-qm', 'Two');
    const names = async (source: string) => (await desk.add(source, yes))?.map(({ name }) => name);
    expect(await names(`file://${origin}#main`)).toEqual(['pdf']);
    expect(await names(`file://${origin}#next`)).toEqual(['csv', 'pdf']);
    await expect(desk.add(`file://${origin}-not`, yes)).rejects.toThrow(/git: /);
  });

  test('from npm, without its scripts', async () => {
    const { config, cwd } = hallIn(temp());
    const mark = join(cwd, 'ran');
    const scripts = Object.fromEntries(
      ['preinstall', 'install', 'postinstall', 'prepare', 'prepack'].map((name) => [
        name,
        `touch ${mark}`,
      ]),
    );
    const version = { name: 'skill-pack', version: '1.0.0', scripts };
    writeFiles(cwd, {
      'pack/package.json': JSON.stringify(version),
      'pack/skills/pdf/SKILL.md': pdf,
    });
    execFileSync('npm', ['pack', '--ignore-scripts', '--silent'], {
      cwd: join(cwd, 'pack'),
      stdio: 'pipe',
    });
    const archive = readFileSync(join(cwd, 'pack/skill-pack-1.0.0.tgz'));
    const server = createServer((request, response) => {
      if (request.url === '/none') {
        response.writeHead(404).end();
        return;
      }
      if (request.url?.endsWith('.tgz')) {
        response.end(archive);
        return;
      }
      const dist = { tarball: `http://${request.headers.host}/skill-pack-1.0.0.tgz` };
      const versions = { '1.0.0': { ...version, dist } };
      response.end(
        JSON.stringify({ name: 'skill-pack', 'dist-tags': { latest: '1.0.0' }, versions }),
      );
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as { port: number };
    const environment = {
      ...config.environment,
      npm_config_registry: `http://127.0.0.1:${port}/`,
      npm_config_cache: join(cwd, 'cache'),
    };
    const desk = new SkillDesk({ ...config, environment });
    try {
      expect(await desk.add('npm:skill-pack', yes)).toMatchObject([{ name: 'pdf', change: 'new' }]);
      await expect(desk.add('npm:none', yes)).rejects.toThrow(/npm: code E404; 404 Not Found/);
    } finally {
      server.close();
    }
    expect(existsSync(mark)).toBe(false);
  });

  test.each([
    ['./x', 'skills'],
    ['https://example.org/x.git', 'git'],
    ['git@example.org:x/y.git', 'git'],
    ['@scope/name@1.2.0', 'npm'],
    ['npm:name', 'npm'],
  ])('%s is known for what it is', (source, kind) => {
    const { config } = hallIn(temp());
    if (kind === 'skills') expect(() => kindOf(source, config)).toThrow(/there is nothing at/);
    else expect(kindOf(source, config)).toBe(kind);
  });

  test.each(['--upload-pack=x', 'ext::sh -c true', '-c'])('%s is no source', (source) => {
    expect(() => kindOf(source, hallIn(temp()).config)).toThrow(/there is nothing at/);
  });
});

describe('a hostile folder', () => {
  const hostile: readonly (readonly [string, (folder: string) => void, RegExp])[] = [
    ['links out', (folder) => symlinkSync('/etc/passwd', join(folder, 'notes.md')), /is a link/],
    ['links a folder', (folder) => symlinkSync('..', join(folder, 'up')), /is a link/],
    [
      'is huge',
      (folder) => writeFileSync(join(folder, 'big'), Buffer.alloc(9_000_000)),
      /more than 8388608 bytes/,
    ],
    [
      'has a huge text',
      (folder) => writeFileSync(join(folder, 'SKILL.md'), pdf + 'x'.repeat(200_000)),
      /more than 131072 bytes/,
    ],
    [
      'is deep',
      (folder) => mkdirSync(join(folder, 'a/b/c/d/e/f/g/h/i/j'), { recursive: true }),
      /deeper than/,
    ],
    [
      'steers a terminal',
      (folder) => writeFileSync(join(folder, 'SKILL.md'), skillText('pdf', '"x \\e[31m"')),
      /control characters/,
    ],
    [
      'turns its words',
      (folder) => writeFileSync(join(folder, 'SKILL.md'), skillText('pdf', '"\\u202e abc"')),
      /control characters/,
    ],
    [
      'names a path',
      (folder) => writeFileSync(join(folder, 'SKILL.md'), skillText('../../etc', 'x')),
      /small letters/,
    ],
    [
      'has many files',
      (folder) => {
        for (let at = 0; at < 201; at += 1) writeFileSync(join(folder, `${at}`), '');
      },
      /more than 200 files/,
    ],
    ['is none', (folder) => rmSync(join(folder, 'SKILL.md')), /has no SKILL.md/],
  ];
  test.each(hostile)('that %s is refused, and nothing is written', async (_, harm, why) => {
    const { desk, cwd } = hallIn(temp(), { 'from/pdf/SKILL.md': pdf });
    harm(join(cwd, 'from/pdf'));
    await expect(desk.add('from/pdf', yes)).rejects.toThrow(why);
    expect(existsSync(join(cwd, '.troupe'))).toBe(false);
  });

  test('a lockfile that names a path is none', () => {
    const { desk } = hallIn(temp(), {
      '.troupe/skills.lock.json': '{"version":1,"skills":{"../../x":{"source":"a","sha256":"b"}}}',
    });
    expect(() => desk.remove('../../x')).toThrow(/no lockfile of skills/);
  });
});

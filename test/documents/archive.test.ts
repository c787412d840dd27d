/** The archive: what runs produced, once each, version by version, and never what it was not. */
import { createHash } from 'node:crypto';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { compareContents } from '../../src/documents/comparing.ts';
import { safeName } from '../../src/documents/document.ts';
import { command, definePlan, simulated } from '../../src/plan/define.ts';
import { filesUnder } from '../app/files.ts';
import { stages } from '../app/stage.ts';

vi.setConfig({ testTimeout: 60_000 });
const stage = stages('documents');
const onPosix = process.platform !== 'win32';

const plan = (line: string, rest: object = {}) =>
  definePlan({
    name: 'made',
    agents: { coder: command({ run: ['sh', '-c', line], count: 1 }), toy: simulated({}) },
    tasks: [
      { id: 'build', agent: 'coder', verify: [{ run: 'true' }], ...rest },
      { id: 'play', agent: 'toy' },
    ],
  });

const binary = 'printf "\\\\000\\\\377\\\\001" > "$TROUPE_ARTIFACTS/a.bin"';
const makes = (word: string): string =>
  [
    ...['cd "$TROUPE_ARTIFACTS"; mkdir -p docs', `echo ${word} > docs/report.md`],
    ...[binary, `echo said ${word}`],
  ].join('; ');

async function twice() {
  const at = stage();
  const first = await at.play(plan(makes('one')));
  const second = await at.play(plan(makes('two')));
  const archive = await at.troupe.documents();
  await archive.catchUp();
  const blobs = () => filesUnder(join(at.home, 'documents', 'blobs'));
  return { at, archive, blobs, first: first.run, second: second.run };
}

const text = (content: Buffer): string => content.toString('utf8');

test.skipIf(!onPosix)('outputs and artifacts have versions, with their origin', async () => {
  const { archive, blobs, first, second } = await twice();
  expect([...archive.all().keys()]).toEqual([
    ...['made/build/artifacts/a.bin', 'made/build/artifacts/docs/report.md', 'made/build/output'],
  ]);
  const versions = archive.versions('report.md');
  expect(versions.map(({ version, run }) => [version, run])).toEqual([
    [1, first.id],
    [2, second.id],
  ]);
  expect(versions[0]).toMatchObject({ task: 'build', agent: 'coder-1', status: 'completed' });
  expect(text(await archive.read(archive.find('report.md@1')))).toBe('one\n');
  expect(text(await archive.read(archive.find('made/build/output')))).toBe('said two\n');
  const bytes = await archive.read(archive.find('a.bin'));
  expect([...bytes]).toEqual([0, 255, 1]);
  // Both runs made the same bytes: they are kept once.
  expect(blobs()).toHaveLength(5);
  for (const path of blobs()) {
    expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(
      path.split('/').at(-1),
    );
  }
});

test.skipIf(!onPosix)('what is torn or tampered with is named, and kept again', async () => {
  const { at, archive } = await twice();
  const { sha256 } = archive.find('report.md');
  const path = join(at.home, 'documents', 'blobs', sha256.slice(0, 2), sha256);
  writeFileSync(path, 'tw');
  await expect(archive.read(archive.find('report.md'))).rejects.toThrow('is damaged');
  expect(await archive.check()).toMatchObject([{ document: { version: 2 } }]);
  rmSync(path);
  await expect(archive.read(archive.find('report.md'))).rejects.toThrow('is gone');
  rmSync(join(at.home, 'documents', 'runs'), { recursive: true });
  await archive.catchUp();
  expect(await archive.check()).toEqual([]);
  expect(archive.versions('report.md')).toHaveLength(2);
});

test.skipIf(!onPosix)('two who archive at once, or are killed, leave the same', async () => {
  const { at, archive, blobs } = await twice();
  const before = JSON.stringify([...archive.all()]);
  rmSync(join(at.home, 'documents', 'runs'), { recursive: true });
  writeFileSync(join(at.home, 'documents', 'blobs', '.draft-killed'), 'half');
  const others = await Promise.all([1, 2, 3, 4].map(() => at.troupe.documents()));
  await Promise.all(others.map((other) => other.catchUp()));
  expect(JSON.stringify([...archive.all()])).toBe(before);
  expect(blobs().filter((path) => path.includes('.draft'))).toHaveLength(1);
  const index = filesUnder(join(at.home, 'documents', 'runs'))[0] ?? '';
  writeFileSync(index, readFileSync(index, 'utf8').slice(0, 40));
  await archive.catchUp();
  expect(JSON.stringify([...archive.all()])).toBe(before);
});

test.skipIf(!onPosix)('a pruned run leaves what is the newest of its name', async () => {
  const { at, archive, first, second } = await twice();
  await at.troupe.prune([first.id]);
  expect(archive.versions('report.md').map(({ kept }) => kept)).toEqual(['pruned', 'whole']);
  await expect(archive.read(archive.find('report.md@1'))).rejects.toThrow('was pruned');
  await at.troupe.prune([second.id]);
  await archive.catchUp();
  expect(text(await archive.read(archive.find('report.md')))).toBe('two\n');
  expect([...(await archive.read(archive.find('a.bin')))]).toEqual([0, 255, 1]);
});

test.skipIf(!onPosix)('a run that was never looked at is kept before it is pruned', async () => {
  const at = stage();
  const { run } = await at.play(plan(makes('one')));
  await at.troupe.prune([run.id]);
  const archive = await at.troupe.documents();
  expect(text(await archive.read(archive.find('report.md')))).toBe('one\n');
});

test.skipIf(!onPosix)(
  'private tasks and links that lead out are left alone, keys hidden',
  async () => {
    const at = stage();
    writeFileSync(join(at.cwd, 'outside.txt'), 'not mine');
    const out = `ln -s ${at.cwd} "$TROUPE_ARTIFACTS/way"; echo x > "$TROUPE_ARTIFACTS/x"; `;
    const { run } = await at.play(plan(`${out} echo key=sk-${'a'.repeat(30)}`));
    const results = join(run.folder.results, 'build.json');
    const result = JSON.parse(readFileSync(results, 'utf8'));
    const artifacts = [
      ...result.artifacts,
      'artifacts/build/way/outside.txt',
      'artifacts/build/../x',
    ];
    writeFileSync(results, JSON.stringify({ ...result, artifacts }));
    await at.play(plan('echo secret', { memory: 'off' }));
    const archive = await at.troupe.documents();
    await archive.catchUp();
    expect([...archive.all().keys()]).toEqual(['made/build/artifacts/x', 'made/build/output']);
    expect(archive.versions('output')).toHaveLength(1);
    expect(text(await archive.read(archive.find('output')))).toContain('[redacted]');
  },
);

test.skipIf(!onPosix || process.getuid?.() === 0)(
  'a home that is not ours is told of',
  async () => {
    const { at, archive } = await twice();
    rmSync(join(at.home, 'documents'), { recursive: true });
    chmodSync(at.home, 0o555);
    await expect(archive.catchUp()).rejects.toThrow("can't be written");
    chmodSync(at.home, 0o755);
  },
);

test.each([
  [['a', 'b/c', 'd'], 'a/b/c/d'],
  [['..', '.', 'x'], '_/_/x'],
  [['a\\..\\b', '/abs'], 'a/_/b/abs'],
  [['new\nline'], 'new-line'],
])('a name of %j leads nowhere else', (parts, name) => {
  expect(safeName(parts)).toBe(name);
});

test.each([
  ['a\nb\nc', 'a\nx\nc', ' a,-b,+x, c'],
  ['a', 'a\nb', ' a,+b'],
  ['a\nb', 'b', '-a, b'],
  ['', 'a', '-,+a'],
  ['same\nsame', 'same', '-same, same'],
])('from %j to %j is %s', (before, after, told) => {
  const compared = compareContents(Buffer.from(before), Buffer.from(after));
  const lines = compared.kind === 'texts' ? compared.changes : [];
  const signs = { same: ' ', added: '+', removed: '-' };
  const shown = lines.map(({ kind, line }) => `${signs[kind]}${line}`);
  expect([...shown].sort()).toEqual(told.split(',').sort());
});

test('what is no text is compared by its bytes', () => {
  const [one, other] = [Buffer.from([0, 1]), Buffer.from([255])];
  expect(compareContents(one, Buffer.from(one))).toEqual({ kind: 'same' });
  expect(compareContents(one, other)).toEqual({ kind: 'binary' });
});

test.skipIf(!onPosix)('files that were checked are kept, if they are what was seen', async () => {
  const at = stage();
  const line = 'echo good > seen.txt; echo soon other > changed.txt; echo nobody > unseen.txt';
  const verify = [{ file: 'seen.txt' }, { file: 'changed.txt' }];
  const { run } = await at.play(plan(line, { verify }));
  writeFileSync(join(at.cwd, 'changed.txt'), 'now other!\n');
  const archive = await at.troupe.documents();
  await archive.catchUp();
  const names = [...archive.all().keys()];
  expect(names.filter((name) => name.includes('/files/'))).toEqual(['made/build/files/seen.txt']);
  const version = archive.find('seen.txt');
  expect(version).toMatchObject({ run: run.id, task: 'build', status: 'completed' });
  expect(text(await archive.read(version))).toBe('good\n');
});

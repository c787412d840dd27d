/** A folder is brought to what the servers have, and nothing outside of it is touched or sent. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runId } from '../../machines/ids.ts';
import type { FileShelf } from '../../src/cluster/file-shelf.ts';
import { restoreRun } from '../../src/cluster/restoring.ts';
import { fileRecord, filesOf } from '../../src/cluster/run-files.ts';
import { decode, encode, type FileHead, type Head } from '../../src/cluster/run-record.ts';
import type { RunStream, Stored } from '../../src/cluster/run-stream.ts';
import { type RunFolder, runFolder } from '../../src/runs/folder.ts';
import { tempFolders } from '../app/temp.ts';

const temp = tempFolders('restoring');
const home = temp();

const shaOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const said = (head: Head, body = ''): Omit<Stored, 'sequence'> => ({
  head,
  body: Buffer.from(body),
});
const fence = (token: number, keepBytes: number) =>
  said({ kind: 'fence', token, node: 'ada', keepBytes });
const lines = (text: string) => said({ kind: 'lines' }, text);
const file = (path: string, text: string, where: FileHead['where'] = 'here') =>
  said({ kind: 'file', path, bytes: text.length, sha256: shaOf(text), where }, text);

/** What the servers have, in memory: how they are asked is tested with real ones. */
function serversWith(messages: readonly Omit<Stored, 'sequence'>[]) {
  const stream = {
    async *read() {
      for (const [at, message] of messages.entries()) yield { ...message, sequence: at + 1 };
    },
    bodyAt: async (sequence: number) => messages[sequence - 1]?.body ?? null,
  } as unknown as RunStream;
  const shelf = { async *read() {} } as unknown as FileShelf;
  return { stream, shelf, signal: new AbortController().signal };
}

async function restored(
  name: string,
  messages: readonly Omit<Stored, 'sequence'>[],
): Promise<RunFolder> {
  const folder = runFolder(home, runId(name));
  await restoreRun(folder, serversWith(messages), () => {});
  return folder;
}

test('the journal is what counts of each life, and the newest of each file is there', async () => {
  const folder = await restored('lives', [
    ...[fence(1, 0), lines('one\n'), lines('torn'), file('streams/a/1.out.txt', 'old')],
    ...[fence(2, 4), lines('two\n'), file('streams/a/1.out.txt', 'new')],
  ]);
  expect(readFileSync(folder.journal, 'utf8')).toBe('one\ntwo\n');
  expect(readFileSync(join(folder.path, 'streams/a/1.out.txt'), 'utf8')).toBe('new');
  expect(readdirSync(folder.path).filter((each) => /draft|servers/.test(each))).toEqual([]);
});

test('a run that nobody has owned changes nothing, not even by an empty folder', async () => {
  const folder = await restored('nobody', []);
  expect(existsSync(folder.path)).toBe(false);
});

test('a link in its place is taken away, and what it leads to stays as it is', async () => {
  const outside = join(home, 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'x.txt'), 'mine');
  const folder = runFolder(home, runId('linked'));
  mkdirSync(join(folder.artifacts, 'a'), { recursive: true });
  symlinkSync(outside, join(folder.artifacts, 'a', 'deep'));
  symlinkSync(join(outside, 'x.txt'), join(folder.artifacts, 'a', 'y.txt'));
  symlinkSync(join(outside, 'x.txt'), join(folder.path, 'restored.draft'));
  symlinkSync(join(outside, 'x.txt'), join(folder.path, 'journal.jsonl.servers'));
  await restored('linked', [
    ...[fence(1, 0), lines('one\n'), file('artifacts/a/deep/x.txt', 'theirs')],
    file('artifacts/a/y.txt', 'theirs, too'),
  ]);
  expect(readFileSync(join(outside, 'x.txt'), 'utf8')).toBe('mine');
  expect(readdirSync(outside)).toEqual(['x.txt']);
  expect(readFileSync(join(folder.artifacts, 'a/deep/x.txt'), 'utf8')).toBe('theirs');
  expect(readFileSync(join(folder.artifacts, 'a/y.txt'), 'utf8')).toBe('theirs, too');
});

test('a file that is not there any more is named, and no run is begun without it', async () => {
  const lost = restored('lost', [fence(1, 0), file('artifacts/a/big.bin', 'big', 'store')]);
  await expect(lost).rejects.toMatchObject({ code: 'run.file-lost' });
  expect(existsSync(runFolder(home, runId('lost')).journal)).toBe(false);
});

test('no record is believed that names a place outside of what a run keeps', () => {
  const sha256 = shaOf('');
  const about = { kind: 'file', bytes: 0, sha256, where: 'here' } as const;
  const names = ['/etc/passwd', '../x', 'artifacts/../../x', 'artifacts/a/..', 'cluster.json'];
  const more = ['journal.jsonl', 'lock', 'artifacts//x', 'artifacts/./x', 'artifacts/a\0b', ''];
  for (const path of [...names, ...more, 'order.json.draft']) {
    expect([path, decode(encode({ head: { ...about, path }, body: Buffer.alloc(0) }))]).toEqual([
      path,
      null,
    ]);
  }
  for (const path of ['order.json', 'base-12.json', 'artifacts/a/..b', 'streams/ä/1.out.txt']) {
    const sent = decode(encode({ head: { ...about, path }, body: Buffer.alloc(0) }));
    expect(sent?.head).toMatchObject({ path });
  }
});

test('what is sent of an attempt are its own files, not what links lead to', async () => {
  const secret = join(home, 'secret');
  mkdirSync(secret);
  writeFileSync(join(secret, 'key'), 'secret');
  const folder = runFolder(home, runId('sent'));
  mkdirSync(join(folder.artifacts, 'a', 'sub'), { recursive: true });
  writeFileSync(join(folder.artifacts, 'a', 'sub', 'own.txt'), 'own');
  symlinkSync(join(secret, 'key'), join(folder.artifacts, 'a', 'key'));
  symlinkSync(secret, join(folder.artifacts, 'a', 'folder'));
  const output = { path: '', bytes: 0, sha256: '', text: '' };
  expect(filesOf(folder, 'a', output)).toEqual(['artifacts/a/sub/own.txt']);
  const shelf = {} as FileShelf;
  const own = await fileRecord(folder, 'artifacts/a/sub/own.txt', shelf);
  expect(own?.body.toString()).toBe('own');
  // Swapped after it was listed.
  for (const path of ['artifacts/a/key', 'artifacts/a/folder/key', 'artifacts/a/sub']) {
    expect(await fileRecord(folder, path, shelf)).toBeNull();
  }
});

/** A stored system only saves time: with it, without it or with a bad one, the end is the same. */
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { assign, setup } from 'xstate';
import { FileJournal } from '../../src/journal/file.ts';
import { decodeRecord, encodeRecord } from '../../src/journal/record.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import { System } from '../../src/kernel/system.ts';
import { killed, makeFolder } from './inputs.ts';

const listening = setup({
  types: {} as {
    context: { words: readonly string[]; rests: number };
    events: { type: 'word'; text: string };
  },
  delays: { restMs: 5_000 },
}).createMachine({
  id: 'listening',
  version: '1',
  context: { words: [], rests: 0 },
  initial: 'quiet',
  on: {
    word: {
      target: '.busy',
      actions: assign({ words: ({ context, event }) => [...context.words, event.text].slice(-5) }),
    },
  },
  states: {
    quiet: {},
    busy: {
      after: {
        restMs: { target: 'quiet', actions: assign({ rests: ({ context }) => context.rests + 1 }) },
      },
    },
  },
});

const stillClock: Clock = {
  now: () => 1_700_000_000_000,
  elapsed: () => 0,
  at: () => () => {},
  breathe: async () => {},
};

async function open(folder: string): Promise<System> {
  const log = await FileJournal.open(folder);
  return System.open({ log, machines: [listening], clock: stillClock, storeEvery: 1e9 });
}

/** A folder with a stored system after word 3 of 6, and what the whole system's hash must be. */
async function lived(): Promise<{ folder: string; snapshot: string; hash: string }> {
  const original = makeFolder();
  const system = await open(original);
  system.spawn(listening, { id: 'c' });
  for (const text of ['one', 'two', 'three']) await say(system, text);
  await system.store();
  for (const text of ['four', 'five', 'six']) await say(system, text);
  const hash = system.hash();
  const folder = killed(original);
  await system.close();
  return { folder, snapshot: join(folder, 'snapshot.json'), hash };
}

const say = (system: System, text: string): Promise<void> =>
  system.ref(listening, 'c').send({ type: 'word', text });

async function hashOf(folder: string): Promise<string> {
  const system = await open(folder);
  const hash = system.hash();
  await system.close();
  return hash;
}

interface Snapshot {
  readonly offset: number;
  readonly system: { readonly n: number };
}

const readSnapshot = (path: string): Snapshot =>
  decodeRecord(readFileSync(path).subarray(0, -1)) as Snapshot;

async function inputsAfterStored(folder: string): Promise<number> {
  const journal = await FileJournal.open(folder);
  const { inputs } = await journal.load();
  const count = [...inputs].length;
  await journal.close();
  return count;
}

describe('a stored system', () => {
  test('and the tail after it equal a full replay', async () => {
    const { folder, snapshot, hash } = await lived();
    expect(await inputsAfterStored(folder)).toBe(3);
    expect(await hashOf(folder)).toBe(hash);
    rmSync(snapshot);
    expect(await inputsAfterStored(folder)).toBe(7);
    expect(await hashOf(folder)).toBe(hash);
  });

  const whole = (path: string): Buffer => readFileSync(path);
  const moved = (path: string, offset: number): string =>
    encodeRecord({ offset, system: readSnapshot(path).system });

  test.each<[string, (path: string) => string | Buffer]>([
    ['torn in the middle', (path) => whole(path).subarray(0, whole(path).length >> 1)],
    ['torn to nothing', () => ''],
    ['garbage', () => 'not json at all\n'],
    ['another record', () => encodeRecord({ hello: 'world' })],
    ['null', () => 'null\n'],
    ['changed by one byte', (path) => whole(path).toString().replace('"n":4', '"n":5')],
    ['pointing past the end', (path) => moved(path, 1_000_000)],
    ['pointing into a record', (path) => moved(path, readSnapshot(path).offset + 10)],
    ['pointing at another record', (path) => moved(path, startOfLine(path, 3))],
    ['pointing nowhere', (path) => moved(path, -1)],
  ])('that is %s is passed by', async (_, bad) => {
    const { folder, snapshot, hash } = await lived();
    writeFileSync(snapshot, bad(snapshot));
    expect(await inputsAfterStored(folder)).toBe(7);
    expect(await hashOf(folder)).toBe(hash);
  });

  test('whose draft was left by a crash is not believed', async () => {
    const { folder, snapshot, hash } = await lived();
    copyFileSync(snapshot, `${snapshot}.draft`);
    rmSync(snapshot);
    expect(await inputsAfterStored(folder)).toBe(7);
    expect(await hashOf(folder)).toBe(hash);
  });

  test('is passed by when the records it covers were torn away', async () => {
    const { folder, snapshot } = await lived();
    const journal = join(folder, 'journal.jsonl');
    const { offset } = readSnapshot(snapshot);
    writeFileSync(journal, readFileSync(journal).subarray(0, offset - 3));
    expect(await inputsAfterStored(folder)).toBe(3);
    const system = await open(folder);
    expect(system.core.n).toBe(3);
    await system.close();
  });

  test('can be stored over one that is bad', async () => {
    const { folder, snapshot, hash } = await lived();
    writeFileSync(snapshot, 'garbage');
    const system = await open(folder);
    await system.store();
    await system.close();
    expect(await inputsAfterStored(folder)).toBe(0);
    expect(await hashOf(folder)).toBe(hash);
  });
});

/** Where the line of this index begins in the journal beside the snapshot. */
function startOfLine(snapshot: string, index: number): number {
  const text = readFileSync(join(snapshot, '..', 'journal.jsonl'), 'utf8');
  const before = text.split('\n').slice(0, index);
  return Buffer.byteLength(before.map((line) => `${line}\n`).join(''));
}

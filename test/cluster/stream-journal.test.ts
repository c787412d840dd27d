/** A journal that the servers have, too: the promises of every journal, and of their copy. */
import { readFileSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import type { JetStreamManager } from '@nats-io/jetstream';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { ObjectStore } from '@nats-io/obj';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runId } from '../../machines/ids.ts';
import { ensureStream } from '../../src/bus/nats/bus-stream.ts';
import { FileShelf } from '../../src/cluster/file-shelf.ts';
import { Reader } from '../../src/cluster/reader.ts';
import { restoreRun } from '../../src/cluster/restoring.ts';
import { RunStream, type Stored } from '../../src/cluster/run-stream.ts';
import { StreamJournal } from '../../src/cluster/stream-journal.ts';
import { FileJournal } from '../../src/journal/file.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { randomName, systemRandom } from '../../src/kernel/random.ts';
import { runFolder } from '../../src/runs/folder.ts';
import { type NatsServer, natsServers } from '../bus/nats/servers.ts';
import { journalContract } from '../contracts/journal.contract.ts';
import { event, makeFolder } from '../journal/inputs.ts';

const { one } = natsServers();

let server: NatsServer;
let nc: NatsConnection;
beforeAll(async () => {
  server = await one();
  nc = await connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  const jsm = await jetstreamManager(nc);
  await ensureStream(jsm, systemClock, { name: 'journals', subjects: ['journal.*'] });
});
afterAll(() => nc.close());

async function streamOf(run: string): Promise<RunStream> {
  const jsm = await jetstreamManager(nc);
  const names = { stream: 'journals', subject: `journal.${run}`, run };
  const reader = new Reader({ nc, jsm, clock: systemClock });
  const stream = new RunStream({ js: jetstream(nc), reader, clock: systemClock, ...names });
  stream.begin(randomName(systemRandom, 8));
  return stream;
}

const unasked = new AbortController().signal;

async function readAll(stream: RunStream): Promise<readonly Stored[]> {
  const all: Stored[] = [];
  for await (const stored of stream.read(unasked)) all.push(stored);
  return all;
}

async function linesOf(run: string): Promise<string> {
  const stored = await readAll(await streamOf(run));
  return stored.flatMap(({ head, body }) => (head.kind === 'lines' ? [`${body}`] : [])).join('');
}

/** What a node has that goes on with the run. */
async function restored(run: string): Promise<{ readonly token: number; readonly text: string }> {
  const folder = runFolder(makeFolder(), runId(run));
  const stream = await streamOf(run);
  const shelf = new FileShelf('none', {} as ObjectStore, {} as Reader, {} as JetStreamManager);
  const { token } = await restoreRun(folder, { stream, shelf, signal: unasked }, () => {});
  return { token, text: readFileSync(folder.journal, 'utf8') };
}

journalContract('a journal with a stream', async (folder) => {
  const stream = await streamOf(basename(folder));
  await readAll(stream);
  return new StreamJournal(await FileJournal.open(folder), stream);
});

describe('the copy on the servers', () => {
  test('holds every line that a flush has covered, as the disk does', async () => {
    const folder = makeFolder();
    const stream = await streamOf('whole');
    await readAll(stream);
    const journal = new StreamJournal(await FileJournal.open(folder), stream);
    for (let n = 1; n <= 5; n += 1) journal.append(event(n, 'x'.repeat(300_000)));
    await journal.flush();
    const lines = (await linesOf('whole')).trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { n: number }).n)).toEqual([1, 2, 3, 4, 5]);
    await journal.close();
    rmSync(folder, { recursive: true });
  });

  test('takes nothing from whoever had the run before, however late it comes', async () => {
    const [old, fresh] = [await streamOf('fenced'), await streamOf('fenced')];
    await readAll(old);
    await old.append({ kind: 'lines' }, Buffer.from('one\ntorn'));
    await readAll(fresh);
    const fence = { kind: 'fence', token: 7, node: 'b', keepBytes: 4 } as const;
    await fresh.append(fence, Buffer.alloc(0));
    const late = old.append({ kind: 'lines' }, Buffer.from('late\n'));
    await expect(late).rejects.toMatchObject({ code: 'run.taken-over' });
    await fresh.append({ kind: 'lines' }, Buffer.from('two\n'));
    expect(await restored('fenced')).toEqual({ token: 7, text: 'one\ntwo\n' });
  });

  test('has nothing twice and lacks nothing when the server dies in the middle', async () => {
    const stream = await streamOf('cut');
    await readAll(stream);
    const sending = Array.from({ length: 50 }, (_, at) =>
      stream.append({ kind: 'lines' }, Buffer.from(`${at}\n`)),
    );
    await sending[10];
    await server.kill();
    await server.start();
    await Promise.all(sending);
    const wanted = Array.from({ length: 50 }, (_, at) => `${at}\n`).join('');
    expect(await linesOf('cut')).toBe(wanted);
  });

  test('is not believed where a stranger has written to it', async () => {
    nc.publish('journal.strange', '{"kind":"file","path":"../../etc/passwd"}\nroot');
    await nc.flush();
    const reading = streamOf('strange').then(readAll);
    await expect(reading).rejects.toMatchObject({ code: 'run.garbled' });
  });
});

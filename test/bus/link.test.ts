/** One end of a connection: what it puts into one text. */
import { expect, test } from 'vitest';
import { type Frame, frameBytesMax, unpack } from '../../src/bus/frames.ts';
import { Link } from '../../src/bus/link.ts';
import { systemClock } from '../../src/kernel/clock.ts';

const quiet = { take: () => {}, onBroken: () => {}, onTooLarge: () => {} };
type Said = Extract<Frame, { kind: 'reply' }>['event'];

const quietLink = (): Link => new Link({ ...quiet, clock: systemClock });
const reply = (id: number): Frame => ({ kind: 'reply', id, event: { type: 'said' } });

test('what waited through a cut goes in texts that the other end reads, in order', async () => {
  const link = new Link({ ...quiet, clock: systemClock });
  const text = '€'.repeat(1024 * 1024);
  const event = { type: 'said', text } as Said;
  for (let id = 1; id <= 12; id += 1) link.push({ kind: 'reply', id, event });
  const sent: string[] = [];
  link.attach({ send: (each) => void sent.push(each), waitingBytes: () => 0 }, 0);
  await systemClock.breathe();
  link.detach();
  expect(Math.max(...sent.map((each) => Buffer.byteLength(each)))).toBeLessThan(frameBytesMax);
  const ids = sent.flatMap((each) =>
    unpack(each)?.frames.map((frame) => 'id' in frame && frame.id),
  );
  expect(ids).toEqual(Array.from({ length: 12 }, (_, at) => at + 1));
});

test('what nobody would read is not sent, and the rest arrives', async () => {
  const refused: Frame[] = [];
  const onTooLarge = (frame: Frame): void => void refused.push(frame);
  const link = new Link({ ...quiet, onTooLarge, clock: systemClock });
  const reply = (id: number, bytes: number): Frame => {
    return { kind: 'reply', id, event: { type: 'said', text: 'x'.repeat(bytes) } as Said };
  };
  const sent: string[] = [];
  link.attach({ send: (each) => void sent.push(each), waitingBytes: () => 0 }, 0);
  for (const frame of [reply(1, 1), reply(2, frameBytesMax - 200), reply(3, frameBytesMax)]) {
    link.push(frame);
  }
  link.push(reply(4, 1));
  await systemClock.breathe();
  link.detach();
  expect(refused.map((frame) => 'id' in frame && frame.id)).toEqual([3]);
  const parcels = sent.map((each) => unpack(each));
  const frames = parcels.flatMap((each) => each?.frames ?? []);
  expect(frames.map((frame) => 'id' in frame && frame.id)).toEqual([1, 2, 4]);
  expect(Math.max(...sent.map((each) => Buffer.byteLength(each)))).toBeLessThan(frameBytesMax);
});

test('what waits is bounded by its length, too', () => {
  const broken: string[] = [];
  const onBroken = (why: string): void => void broken.push(why);
  const link = new Link({ ...quiet, onBroken, clock: systemClock });
  const event = { type: 'said', text: 'x'.repeat(1024 * 1024) } as Said;
  for (let id = 1; broken.length === 0 && id < 1_000; id += 1) {
    link.push({ kind: 'reply', id, event });
  }
  expect(broken).toEqual(['slow']);
  expect(link.waiting.length).toBeLessThan(70);
});

test('what one turn says goes in one text at its end', async () => {
  const link = quietLink();
  const sent: string[] = [];
  link.attach({ send: (each) => void sent.push(each), waitingBytes: () => 0 }, 0);
  for (let id = 1; id <= 3; id += 1) {
    link.push(reply(id));
    await null;
  }
  await systemClock.breathe();
  link.detach();
  expect(sent.map((each) => unpack(each)?.frames.length)).toEqual([3]);
});

test('who speaks and is gone in the same turn has spoken', () => {
  const link = quietLink();
  const sent: string[] = [];
  link.attach({ send: (each) => void sent.push(each), waitingBytes: () => 0 }, 0);
  link.push(reply(1));
  link.detach();
  expect(sent.map((each) => unpack(each)?.frames.length)).toEqual([1]);
});

test('what was said while it was cut off goes once it is back, and nothing twice', async () => {
  const link = quietLink();
  const sent: string[] = [];
  const carrier = { send: (each: string) => void sent.push(each), waitingBytes: () => 0 };
  link.attach(carrier, 0);
  link.push(reply(1));
  link.detach();
  link.push(reply(2));
  link.attach(carrier, 1);
  await systemClock.breathe();
  await systemClock.breathe();
  link.detach();
  expect(sent.map((each) => unpack(each)?.first)).toEqual([1, 2]);
});

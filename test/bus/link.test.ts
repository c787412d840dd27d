/** One end of a connection: what it puts into one text. */
import { expect, test } from 'vitest';
import { type Frame, frameBytesMax, unpack } from '../../src/bus/frames.ts';
import { Link } from '../../src/bus/link.ts';
import { systemClock } from '../../src/kernel/clock.ts';

test('what waited through a cut goes in texts that the other end reads, in order', async () => {
  const link = new Link({ clock: systemClock, take: () => {}, onBroken: () => {} });
  const text = '€'.repeat(1024 * 1024);
  const event = { type: 'said', text } as Extract<Frame, { kind: 'reply' }>['event'];
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

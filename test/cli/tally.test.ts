/** How far a long count has come: nothing at first, then a picture, or a line now and then. */
import { expect, test } from 'vitest';
import { Tally } from '../../cli/terminal/tally.ts';
import { ManualClock } from '../kernel/manual-clock.ts';
import { FakeStream, outputTo } from './fake-stream.ts';

function open(isTTY: boolean) {
  const [stream, clock] = [new FakeStream(), new ManualClock()];
  stream.isTTY = isTTY;
  const tally = new Tally(outputTo(stream), clock, { TERM: 'xterm' });
  const take = (done: number, atMs: number): string => {
    clock.set(1_000_000 + atMs);
    tally.take({ done, total: 100, succeeded: done });
    return stream.take();
  };
  return { stream, clock, tally, take };
}

test('what is soon done says nothing', () => {
  for (const isTTY of [true, false]) {
    const { take, tally, stream } = open(isTTY);
    expect([take(10, 100), take(100, 999)]).toEqual(['', '']);
    tally.close();
    expect(stream.take()).toBe('');
  }
});

test('into a pipe goes a line after a second, and then every five', () => {
  const { take, tally, stream } = open(false);
  expect(take(20, 1_000)).toBe('20 of 100 simulated, 20 succeeded, about 0:04 left\n');
  expect([take(30, 2_000), take(40, 5_999)]).toEqual(['', '']);
  expect(take(50, 6_000)).toBe('50 of 100 simulated, 50 succeeded, about 0:06 left\n');
  tally.close();
  expect(stream.take()).toBe('');
});

test('on a terminal one line is drawn over, and taken away at the end', () => {
  const { take, tally, stream, clock } = open(true);
  take(20, 1_000);
  clock.ringNext(clock.now());
  expect(stream.take()).toContain('20 of 100 simulated, 20 succeeded, about 0:04 left');
  take(100, 1_200);
  clock.ringNext(clock.now());
  const redrawn = stream.take();
  expect(redrawn).toContain('100 of 100 simulated, 100 succeeded\x1b[K');
  expect(redrawn).not.toContain('\n');
  tally.close();
  expect(stream.take().endsWith('\r\x1b[J\x1b[?25h')).toBe(true);
});

/** How things are written: drawn over, waited for, dropped, and read again. */
import { describe, expect, test } from 'vitest';
import { ReaderGone } from '../../cli/terminal/render.ts';
import { Screen } from '../../cli/terminal/screen.ts';
import { relayFacts } from '../../cli/watching/relay.ts';
import type { RunFact } from '../../src/index.ts';
import { ManualClock } from '../kernel/manual-clock.ts';
import { FakeStream, outputTo } from './fake-stream.ts';

function pass(clock: ManualClock, ms: number): void {
  const until = clock.now() + ms;
  while (clock.ringNext(until)) {
    // Each alarm may have set another one.
  }
  clock.set(until);
}

describe('the screen', () => {
  const open = () => {
    const [stream, clock] = [new FakeStream(), new ManualClock()];
    let lines = ['one', 'two'];
    const screen = new Screen(outputTo(stream), clock, () => lines);
    const show = (...next: string[]): void => {
      lines = next;
      screen.touch();
    };
    return { stream, clock, screen, show };
  };

  test('hides the cursor while it is open, and draws over what it drew', () => {
    const { stream, clock, screen, show } = open();
    pass(clock, 0);
    expect(stream.take()).toBe('\x1b[?25l\rone\x1b[K\ntwo\x1b[K\x1b[J');
    show('three');
    pass(clock, 100);
    expect(stream.take()).toBe('\x1b[1A\rthree\x1b[K\x1b[J');
    screen.close();
    expect(stream.take()).toBe('\r\x1b[J\x1b[?25h');
  });

  test('draws at most ten times a second, and its clocks once', () => {
    const { stream, clock, screen, show } = open();
    for (let ms = 0; ms < 1_000; ms += 10) {
      show(`at ${ms}`);
      pass(clock, 10);
    }
    expect(stream.take().split('\x1b[J').length - 1).toBeLessThanOrEqual(11);
    pass(clock, 10_000);
    const drawn = stream.take().split('\x1b[J').length - 1;
    expect(drawn).toBeGreaterThanOrEqual(9);
    expect(drawn).toBeLessThanOrEqual(11);
    screen.close();
  });

  test('waits for a terminal that is behind', () => {
    const { stream, clock, screen, show } = open();
    pass(clock, 0);
    stream.take();
    stream.writableLength = 1;
    show('later');
    pass(clock, 500);
    expect(stream.take()).toBe('');
    stream.writableLength = 0;
    pass(clock, 100);
    expect(stream.take()).toContain('later');
    screen.close();
  });

  test('keeps what was said above, once', () => {
    const { stream, clock, screen } = open();
    pass(clock, 0);
    stream.take();
    screen.say('done: x');
    pass(clock, 100);
    expect(stream.take()).toBe('\x1b[1A\rdone: x\x1b[K\none\x1b[K\ntwo\x1b[K\x1b[J');
    screen.say('last');
    screen.close();
    expect(stream.take()).toBe('\x1b[1A\rlast\x1b[K\n\x1b[J\x1b[?25h');
  });

  test('takes back the lines that a narrower terminal has wrapped', () => {
    const { stream, clock, screen, show } = open();
    show('x'.repeat(30), 'y'.repeat(10));
    pass(clock, 0);
    stream.take();
    stream.columns = 12;
    stream.listeners.get('resize')?.();
    expect(stream.take()).toBe('\x1b[3A\r\x1b[J');
    screen.close();
  });
});

describe('an output', () => {
  test('makes whoever writes wait for a slow reader', async () => {
    const stream = new FakeStream();
    const output = outputTo(stream);
    stream.accepts = false;
    let written = 'no';
    const writing = output.write('much').then(() => {
      written = 'yes';
    });
    await new Promise(setImmediate);
    expect(written).toBe('no');
    stream.listeners.get('drain')?.();
    await writing;
    expect(written).toBe('yes');
  });

  test.each(['EPIPE', 'EIO'])(
    'whose reader is gone (%s) says so to whoever writes',
    async (code) => {
      const stream = new FakeStream();
      const output = outputTo(stream);
      stream.accepts = false;
      const writing = output.write('waits');
      stream.listeners.get('error')?.(Object.assign(new Error(code), { code }));
      await expect(writing).rejects.toBeInstanceOf(ReaderGone);
      await expect(output.write('more')).rejects.toBeInstanceOf(ReaderGone);
      await output.flush();
      output.note('nobody');
      expect(stream.text).toBe('waits');
    },
  );

  test('drops what nobody waits for when far too much waits already', () => {
    const stream = new FakeStream();
    stream.writableLength = 1e9;
    outputTo(stream).note('progress');
    expect(stream.text).toBe('');
  });
});

describe('the relay', () => {
  async function* these(list: readonly RunFact[]): AsyncGenerator<RunFact> {
    yield* list;
  }

  test('reads from the journal what the bus has dropped', async () => {
    const all = Array.from(
      { length: 9 },
      (_, at) => ({ seq: at + 1, at, actor: 'x', type: 'run.draining' }) as RunFact,
    );
    const seen = all.filter(({ seq }) => seq < 3 || (seq > 5 && seq !== 8));
    const stream = new FakeStream();
    await relayFacts(these(seen), () => these(all), outputTo(stream));
    const told = stream.text.trim().split('\n');
    expect(told.map((line) => JSON.parse(line))).toEqual(all);
  });
});

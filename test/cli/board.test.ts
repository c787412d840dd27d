/** What a person watching sees, without a terminal: the board, its picture, and how it is drawn. */
import { describe, expect, test } from 'vitest';
import { Board } from '../../cli/board.ts';
import { frameOf } from '../../cli/frame.ts';
import { signsFor } from '../../cli/marks.ts';
import { relayFacts } from '../../cli/relay.ts';
import { Output, ReaderGone } from '../../cli/render.ts';
import { Screen } from '../../cli/screen.ts';
import { colourless } from '../../cli/style.ts';
import { noticeOf } from '../../cli/words.ts';
import type { RunFact, RunView } from '../../src/index.ts';
import { ManualClock } from '../kernel/manual-clock.ts';

const counts = { succeeded: 0, failed: 0, skipped: 0, cancelled: 0 };

function viewOf(part: Partial<RunView> = {}): RunView {
  const rest = { status: 'planning', tasks: [], agents: [], counts, costUsd: 0 } as const;
  return { id: 'r', name: 'r', total: 10, reason: '', at: 0, ...rest, ...part };
}

/** Facts as they come, numbered and timed one after the other. */
function facts(...parts: readonly object[]): readonly RunFact[] {
  return parts.map((part, at) => ({ seq: at + 1, at: at * 1_000, actor: 'x', ...part }) as RunFact);
}

const canvas = { columns: 60, rows: 24, palette: colourless, signs: signsFor({ TERM: 'linux' }) };
const moment = { nowMs: 60_000, elapsedMs: 60_000, leftMs: null };

const fault = { code: 'x', message: 'it broke', retryable: true };
const ended = { attempts: 1, durationMs: 5, fault: null };

describe('the board', () => {
  test('follows agents and tasks through their states', () => {
    const board = new Board(viewOf());
    const rows = (): string[] =>
      [...board.agents].map(({ id, doing, task }) => `${id} ${doing} ${task ?? '-'}`);
    const story: [object, string[]][] = [
      [{ type: 'agent.spawned', agent: 'a-1' }, ['a-1 idle -']],
      [{ type: 'task.assigned', task: 't', agent: 'a-1' }, ['a-1 starting t']],
      [{ type: 'task.started', task: 't', agent: 'a-1' }, ['a-1 working t']],
      [{ type: 'task.verifying', task: 't' }, ['a-1 checking t']],
      [{ type: 'task.retrying', task: 't', fault, delayMs: 5 }, ['a-1 idle -']],
      [{ type: 'task.assigned', task: 't', agent: 'a-1' }, ['a-1 starting t']],
      [{ type: 'task.verifying', task: 't' }, ['a-1 checking t']],
      [{ type: 'task.assigned', task: 'u', agent: 'a-1' }, ['a-1 starting u']],
      [{ type: 'task.succeeded', task: 't', agent: 'a-1', ...ended }, ['a-1 starting u']],
      [{ type: 'agent.crashed', agent: 'a-1', fault }, ['a-1 crashed -']],
      [{ type: 'agent.restarting', agents: ['a-1'], delayMs: 5 }, ['a-1 restarting -']],
      [{ type: 'agent.spawned', agent: 'a-1' }, ['a-1 idle -']],
      [{ type: 'agent.stopped', agent: 'a-1' }, []],
    ];
    for (const [at, fact] of facts(...story.map(([part]) => part)).entries()) {
      board.take(fact);
      expect(rows()).toEqual(story[at]?.[1]);
    }
    expect([board.settled, board.counts.succeeded]).toEqual([1, 1]);
  });

  test('begins with a run as it stands', () => {
    const task = { role: 'a', retries: 0, needs: [], costUsd: 0, fault: null, dueAt: null };
    const board = new Board(
      viewOf({
        counts: { ...counts, succeeded: 1 },
        agents: [
          { id: 'a-1', role: 'a', state: 'working', task: 'u', fault: null },
          { id: 'a-2', role: 'a', state: 'stopped', task: null, fault: null },
        ],
        tasks: [
          { ...task, id: 't', state: 'succeeded', agent: 'a-1', attempt: 1, durationMs: 7 },
          { ...task, id: 'u', state: 'running', agent: 'a-1', attempt: 1, durationMs: 0 },
        ],
      }),
    );
    expect([...board.agents].map(({ id }) => id)).toEqual(['a-1']);
    expect(board.progressOf('t')).toEqual({ kind: 'settled', durationMs: 7 });
    expect(board.progressOf('u')).toEqual({ kind: 'running', sinceMs: 0 });
    expect(board.settled).toBe(1);
  });

  test('counts why tasks pause', () => {
    const board = new Board(viewOf());
    const parts = [
      { type: 'task.retrying', task: 'a', fault, delayMs: 5 },
      { type: 'task.parked', task: 'b', fault, waitMs: 5 },
      { type: 'task.asked', task: 'c' },
      { type: 'task.failed', task: 'a', agent: 'x', ...ended },
    ];
    for (const fact of facts(...parts)) board.take(fact);
    expect([...board.pauses]).toEqual(['parked', 'asking']);
    expect(frameOf(board, moment, { ...canvas, columns: 90 }).at(-1)).toBe(
      '  ###---------------------------  1/10  1 failed  1 parked, 1 asking  1:00'.replace(
        '###---------------------------',
        `${'#'.repeat(3)}${'-'.repeat(27)}`,
      ),
    );
  });
});

describe('the picture', () => {
  const busy = (agents: number): Board => {
    const board = new Board(viewOf());
    const parts = Array.from({ length: agents }, (_, at) => [
      { type: 'agent.spawned', agent: `agent-${at}` },
      ...(at % 2 === 0 ? [{ type: 'task.started', task: `job ${at}`, agent: `agent-${at}` }] : []),
    ]);
    for (const fact of facts(...parts.flat())) board.take(fact);
    return board;
  };

  test('has everybody in their usual order when there is room', () => {
    expect(frameOf(busy(4), moment, canvas)).toEqual(
      [
        '  agent-0  working      0:59  job 0',
        '  agent-1  idle',
        '  agent-2  working      0:56  job 2',
        '  agent-3  idle',
        '  --------------------  0/10  1:00',
      ].map((line) => expect.stringMatching(new RegExp(`^${line} *$`))),
    );
  });

  test.each([
    [200, 24, 80],
    [200, 5, 20],
    [1, 2, 10],
    [50, 60, 200],
  ])('of %i agents fits into %i lines of %i columns', (agents, rows, columns) => {
    const lines = frameOf(busy(agents), moment, { ...canvas, rows, columns });
    expect(lines.length).toBeLessThan(rows);
    for (const line of lines) expect(line.length).toBeLessThan(columns);
  });

  test('shows those who do something, and counts the rest', () => {
    const lines = frameOf(busy(40), moment, canvas);
    expect(lines.slice(0, -2).every((line) => line.includes('working'))).toBe(true);
    expect(lines.at(-2)).toBe('  … and 28 more (8 working, 20 idle)');
  });

  test('says when it will probably be over', () => {
    const [line] = frameOf(busy(0), { ...moment, leftMs: 90_000 }, canvas);
    expect(line).toContain('1:00, about 1:30 left');
  });
});

/** Takes what is written, and is as busy as a test wants. */
class FakeStream {
  text = '';
  columns = 40;
  rows = 10;
  isTTY = true;
  writableLength = 0;
  readonly listeners = new Map<string, (value?: unknown) => void>();
  accepts = true;

  write(text: string, done?: () => void): boolean {
    this.text += text;
    done?.();
    return this.accepts;
  }

  on(event: string, call: (value?: unknown) => void): this {
    this.listeners.set(event, call);
    return this;
  }

  off(event: string): this {
    this.listeners.delete(event);
    return this;
  }

  once = this.on;

  take(): string {
    const { text } = this;
    this.text = '';
    return text;
  }
}

type Stream = ConstructorParameters<typeof Output>[0];
const outputTo = (stream: FakeStream): Output => new Output(stream as unknown as Stream);

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
    clock.advance(0);
    expect(stream.take()).toBe('\x1b[?25l\rone\x1b[K\ntwo\x1b[K\x1b[J');
    show('three');
    clock.advance(100);
    expect(stream.take()).toBe('\x1b[1A\rthree\x1b[K\x1b[J');
    screen.close();
    expect(stream.take()).toBe('\r\x1b[J\x1b[?25h');
  });

  test('draws at most ten times a second, and its clocks once', () => {
    const { stream, clock, screen, show } = open();
    for (let ms = 0; ms < 1_000; ms += 10) {
      show(`at ${ms}`);
      clock.advance(10);
    }
    expect(stream.take().split('\x1b[J').length - 1).toBeLessThanOrEqual(11);
    clock.advance(10_000);
    const drawn = stream.take().split('\x1b[J').length - 1;
    expect(drawn).toBeGreaterThanOrEqual(9);
    expect(drawn).toBeLessThanOrEqual(11);
    screen.close();
  });

  test('waits for a terminal that is behind', () => {
    const { stream, clock, screen, show } = open();
    clock.advance(0);
    stream.take();
    stream.writableLength = 1;
    show('later');
    clock.advance(500);
    expect(stream.take()).toBe('');
    stream.writableLength = 0;
    clock.advance(100);
    expect(stream.take()).toContain('later');
    screen.close();
  });

  test('keeps what was said above, once', () => {
    const { stream, clock, screen } = open();
    clock.advance(0);
    stream.take();
    screen.say('done: x');
    clock.advance(100);
    expect(stream.take()).toBe('\x1b[1A\rdone: x\x1b[K\none\x1b[K\ntwo\x1b[K\x1b[J');
    screen.say('last');
    screen.close();
    expect(stream.take()).toBe('\x1b[1A\rlast\x1b[K\n\x1b[J\x1b[?25h');
  });

  test('takes back the lines that a narrower terminal has wrapped', () => {
    const { stream, clock, screen, show } = open();
    show('x'.repeat(30), 'y'.repeat(10));
    clock.advance(0);
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
    const all = facts(...Array.from({ length: 9 }, () => ({ type: 'run.draining' })));
    const seen = all.filter(({ seq }) => seq < 3 || (seq > 5 && seq !== 8));
    const stream = new FakeStream();
    await relayFacts(these(seen), () => these(all), outputTo(stream));
    const told = stream.text.trim().split('\n');
    expect(told.map((line) => JSON.parse(line))).toEqual(all);
  });
});

describe('words', () => {
  const approve = (task: string): string => `troupe approve r ${task}`;

  test.each([
    [
      { type: 'task.retrying', task: 't', fault, delayMs: 2_000 },
      'retrying',
      'it broke, again in 2.0 s',
    ],
    [
      { type: 'task.retrying', task: 't', fault, delayMs: 0 },
      'retrying',
      'it broke, again at once',
    ],
    [
      { type: 'task.parked', task: 't', fault, waitMs: 500 },
      'parked',
      'it broke, goes on in 500 ms',
    ],
    [{ type: 'task.asked', task: 't' }, 'asks', 'a person: troupe approve r t'],
    [
      { type: 'task.succeeded', task: 't', agent: 'a-1', ...ended, attempts: 2 },
      'succeeded',
      'a-1, attempt 2, 5 ms',
    ],
    [{ type: 'task.skipped', task: 't', agent: null, ...ended, fault }, 'skipped', 'it broke'],
  ])('%j is worth a line', (part, mark, detail) => {
    const [fact] = facts(part);
    expect(fact && noticeOf(fact, approve)).toEqual({ mark, subject: 't', detail });
  });

  test('a lost role is a failure, and a crash is told', () => {
    const [lost, crashed, quiet] = facts(
      { type: 'role.lost', role: 'coder', fault },
      { type: 'agent.crashed', agent: 'a-1', fault },
      { type: 'task.ready', task: 't' },
    );
    expect(lost && noticeOf(lost, approve)).toMatchObject({
      mark: 'failed',
      subject: 'role coder',
    });
    expect(crashed && noticeOf(crashed, approve)).toMatchObject({
      mark: 'crashed',
      subject: 'a-1',
    });
    expect(quiet && noticeOf(quiet, approve)).toBeNull();
  });
});

/** What a person watching is told: the board, the picture of it, and the lines that stay. */
import { describe, expect, test } from 'vitest';
import { signsFor } from '../../cli/terminal/marks.ts';
import { colourless } from '../../cli/terminal/style.ts';
import { noticeOf } from '../../cli/terminal/words.ts';
import { Board } from '../../cli/watching/board.ts';
import { frameOf } from '../../cli/watching/frame.ts';
import type { RunFact, RunView } from '../../src/index.ts';

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
    const task = { role: 'a', retries: 0, needs: [], parent: null, costUsd: 0 };
    const rest = { fault: null, dueAt: null };
    const board = new Board(
      viewOf({
        counts: { ...counts, succeeded: 1 },
        agents: [
          { id: 'a-1', role: 'a', state: 'working', task: 'u', fault: null },
          { id: 'a-2', role: 'a', state: 'stopped', task: null, fault: null },
        ],
        tasks: [
          {
            ...task,
            ...rest,
            id: 't',
            state: 'succeeded',
            agent: 'a-1',
            attempt: 1,
            durationMs: 7,
          },
          { ...task, ...rest, id: 'u', state: 'running', agent: 'a-1', attempt: 1, durationMs: 0 },
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
    const bar = `${'#'.repeat(3)}${'-'.repeat(27)}`;
    expect(frameOf(board, moment, { ...canvas, columns: 90 }).at(-1)).toBe(
      `  ${bar}  1/10  1 failed  1 parked, 1 asking  1:00`,
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

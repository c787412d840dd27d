/** The pool: who gets which account, what it costs, and what becomes of what the dead have left. */
import { describe, expect, test } from 'vitest';
import { dayMs } from '../../machines/rules/lending.ts';
import type { AccountStrategy } from '../../src/accounts/choice.ts';
import { tempFolders } from '../app/temp.ts';
import type { ManualClock } from '../kernel/manual-clock.ts';
import { dayBeganAt } from '../machines/alphabet.ts';
import { accountOf, ended, impatient, never, openCounter, wants } from './purse-stage.ts';

const temp = tempFolders('accounts');
const [one, two] = [accountOf('one', { concurrency: 2 }), accountOf('two', { concurrency: 2 })];

function pass(clock: ManualClock, ms: number): void {
  const until = clock.now() + ms;
  while (clock.ringNext(until));
  clock.set(until);
}

async function namesOf(strategy: AccountStrategy, count: number, agents = ['a']) {
  const { pool } = openCounter(temp());
  const names: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const agent = agents[at % agents.length] ?? '';
    const borrower = { run: 'run', role: 'coder', agent, task: 'build' };
    const answer = await pool.lend(wants([one, two], { strategy, borrower }), impatient);
    names.push(answer.kind === 'lent' ? answer.account.name : answer.fault.code);
  }
  return names;
}

describe('an account', () => {
  test('is chosen by the strategy, and another one when it is all in use', async () => {
    expect(await namesOf('balanced', 4)).toEqual(['one', 'two', 'one', 'two']);
    expect(await namesOf('failover', 5)).toEqual(['one', 'one', 'two', 'two', 'account.limited']);
    const sticky = await namesOf('sticky', 3);
    expect(sticky[0]).toBe(sticky[1]);
    expect(sticky[2]).not.toBe(sticky[0]);
  });

  test('is chosen by what came of the past when the strategy learns from it', async () => {
    const { pool } = openCounter(temp());
    const used: string[] = [];
    for (let at = 0; at < 10; at += 1) {
      const request = wants([one, two], { strategy: 'learned' });
      const answer = await pool.lend(request, impatient);
      const name = answer.kind === 'lent' ? answer.account.name : 'none';
      used.push(name);
      const outcome = name === 'two' ? 'succeeded' : 'failed';
      pool.settle(request.loan, ended(0, { outcome, durationMs: 100 }));
    }
    // Three tries each, and from then on the one that does what it should.
    expect(used.slice(0, 6).sort()).toEqual(['one', 'one', 'one', 'two', 'two', 'two']);
    expect(used.slice(6)).toEqual(['two', 'two', 'two', 'two']);
  });

  test('that comes back soon is waited for', async () => {
    const { pool, clock } = openCounter(temp());
    const narrow = accountOf('one', { concurrency: 1 });
    const first = wants([narrow]);
    await pool.lend(first, never);
    const second = pool.lend(wants([narrow]), never);
    await clock.breathe();
    pool.settle(first.loan, ended(0));
    pass(clock, 200);
    expect(await second).toMatchObject({ kind: 'lent', account: { name: 'one' } });
  });

  test('that is limited gives way to another one, and tells when it is back', async () => {
    const { pool, clock } = openCounter(temp());
    const request = wants([one, two], { strategy: 'failover' });
    await pool.lend(request, impatient);
    const limited = { kind: 'limited', untilMs: dayBeganAt + 60_000 } as const;
    pool.settle(request.loan, ended(0, { outcome: 'limited', trouble: limited }));
    expect(pool.again(request)).toBeNull();
    const next = await pool.lend(wants([one, two], { strategy: 'failover' }), impatient);
    expect(next).toMatchObject({ kind: 'lent', account: { name: 'two' } });
    const alone = await pool.lend(wants([one]), impatient);
    expect(alone).toMatchObject({
      ...{ kind: 'refused', again: { kind: 'at', atMs: dayBeganAt + 60_000 } },
      fault: { code: 'account.limited', message: 'account one: its provider limits it' },
    });
    pass(clock, 60_000);
    expect(await pool.lend(wants([one]), impatient)).toMatchObject({ kind: 'lent' });
  });

  test('whose key is not accepted is lent to nobody', async () => {
    const { pool } = openCounter(temp());
    const request = wants([one]);
    await pool.lend(request, impatient);
    const trouble = { kind: 'revoked', reason: 'the key is not accepted' } as const;
    pool.settle(request.loan, ended(0, { trouble }));
    expect(await pool.lend(wants([one]), impatient)).toMatchObject({
      ...{ again: { kind: 'never' } },
      fault: { code: 'account.exhausted', retryable: false },
    });
  });

  test('learns its limits from what its provider says', async () => {
    const { pool, books } = openCounter(temp());
    const request = wants([one]);
    await pool.lend(request, impatient);
    const limits = { requestsLeft: 0, requestsPerMinute: 60, resetAtMs: dayBeganAt + 5_000 };
    pool.settle(request.loan, ended(0, { limits }));
    expect(books.look('one', dayBeganAt)).toMatchObject({ value: 'throttled' });
    expect(books.look('one', dayBeganAt + 5_000)).toMatchObject({
      ...{ value: 'available', context: { requests: { perMinute: 60 } } },
    });
  });
});

describe('money', () => {
  const capped = accountOf('capped', { usdPerDay: 1 });

  test('is set aside before an attempt, and settled after it', async () => {
    const { pool, ledger, warned } = openCounter(temp());
    const first = wants([capped], { usdMax: 0.6 });
    await pool.lend(first, impatient);
    expect(await pool.lend(wants([capped], { usdMax: 0.6 }), impatient)).toMatchObject({
      ...{ kind: 'refused', again: { kind: 'soon' } },
    });
    pool.settle(first.loan, ended(0.2));
    const second = wants([capped], { usdMax: 0.6 });
    expect(await pool.lend(second, impatient)).toMatchObject({ kind: 'lent' });
    pool.settle(second.loan, ended(null));
    expect(warned).toMatchObject([{ cap: 'day', spentUsd: 0.8, limitUsd: 1 }]);
    expect(await pool.lend(wants([capped], { usdMax: 0.6 }), impatient)).toMatchObject({
      ...{ again: { kind: 'at', atMs: dayBeganAt + dayMs } },
    });
    expect(ledger.spend('account', 0)).toEqual([
      {
        ...{ key: 'capped', attempts: 2, inputTokens: 20, outputTokens: 10, costUsd: 0.8 },
        ...{ unknown: 0, atMaximum: 1, open: 0 },
      },
    ]);
  });

  test('of all accounts together has a cap of its own', async () => {
    const { pool, books } = openCounter(temp(), { usdPerDay: 1 });
    const first = wants([one], { usdMax: 0.6 });
    expect(await pool.lend(first, impatient)).toMatchObject({ kind: 'lent' });
    expect(await pool.lend(wants([two], { usdMax: 0.6 }), impatient)).toMatchObject({
      fault: {
        message: 'all accounts together: its money is set aside for attempts under way',
      },
    });
    expect(Object.keys(books.look('two', dayBeganAt)?.context.loans ?? {})).toEqual([]);
    pool.settle(first.loan, ended(0.6));
    expect(await pool.lend(wants([two], { usdMax: 0.6 }), impatient)).toMatchObject({
      again: { kind: 'at', atMs: dayBeganAt + dayMs },
    });
  });

  test('that nobody knows is shown as unknown, and not as nothing', async () => {
    const { pool, ledger } = openCounter(temp());
    const dark = wants([one], { usdMax: null, model: 'dark-1' });
    await pool.lend(dark, impatient);
    expect(ledger.spend('task', 0)).toMatchObject([{ costUsd: null, open: 1, unknown: 0 }]);
    pool.settle(dark.loan, ended(null));
    expect(ledger.spend('model', 0)).toMatchObject([{ key: 'dark-1', costUsd: null, unknown: 1 }]);
    expect(ledger.spend('day', 0)).toMatchObject([{ key: '2024-10-04', attempts: 1 }]);
    expect(ledger.spend('day', dayBeganAt + 1)).toEqual([]);
  });

  test('is settled once', async () => {
    const { pool, books } = openCounter(temp());
    const request = wants([one], { usdMax: 1 });
    await pool.lend(request, impatient);
    pool.settle(request.loan, ended(0.5));
    pool.settle(request.loan, ended(0.5));
    pool.settle('run/nobody', ended(0.5));
    expect(books.look('one', dayBeganAt)?.context.spent).toBe(500_000);
  });
});

describe('what a dead process has borrowed', () => {
  test('is taken back by whoever comes next, and has cost its maximum', async () => {
    const folder = temp();
    const narrow = accountOf('narrow', { concurrency: 1, usdPerDay: 1 });
    const died = openCounter(folder, { owner: { pid: 7, host: 'here', started: '1' } });
    const lost = wants([narrow], { usdMax: 0.4 });
    expect(await died.pool.lend(lost, impatient)).toMatchObject({ kind: 'lent' });
    const { pool, books, ledger, dead } = openCounter(folder);
    expect(await pool.lend(wants([narrow]), impatient)).toMatchObject({ kind: 'refused' });
    dead.add(7);
    expect(await pool.lend(wants([narrow]), impatient)).toMatchObject({ kind: 'lent' });
    expect(books.look('narrow', dayBeganAt)?.context.spent).toBe(400_000);
    expect(ledger.spend('account', 0)).toMatchObject([{ costUsd: 0.4, atMaximum: 1, open: 1 }]);
    died.pool.settle(lost.loan, ended(0.1));
    expect(books.look('narrow', dayBeganAt)?.context.spent).toBe(400_000);
  });

  test('on a machine that nobody can look at is over when its time is', async () => {
    const folder = temp();
    const away = openCounter(folder, { owner: { pid: 1, host: 'there', started: '' } });
    await away.pool.lend(wants([one], { timeoutMs: 60_000 }), impatient);
    const { pool, clock } = openCounter(folder);
    expect(pool.reclaim()).toBe(0);
    pass(clock, 60_000 + 10 * 60_000 + 1);
    expect(pool.reclaim()).toBe(1);
  });
});

test('the books are what was asked of them: made again, they are the same', async () => {
  const { pool, books, clock } = openCounter(temp());
  const account = accountOf('one', { requestsPerMinute: 3, usdPerDay: 2 });
  for (let at = 0; at < 12; at += 1) {
    const raised = accountOf('one', { ...account.limits, usdPerDay: 2 + Math.floor(at / 4) });
    const request = wants([raised], { usdMax: 0.3 });
    const answer = await pool.lend(request, impatient);
    const until = { kind: 'limited', untilMs: clock.now() + 7_000 } as const;
    const trouble = at % 3 === 0 ? until : ({ kind: 'none' } as const);
    if (answer.kind === 'lent') pool.settle(request.loan, ended(0.1 * at, { trouble }));
    pass(clock, 9_000);
  }
  const kept = books.look('one', 0);
  expect(kept?.context.lent).toBeGreaterThan(4);
  expect(books.replayed('one')).toEqual(kept);
});

/** Accounts in a run: lent before an attempt, settled after it, moved from, waited for. */
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { Books } from '../../src/accounts/books.ts';
import { Database } from '../../src/accounts/database.ts';
import { Ledger } from '../../src/accounts/ledger.ts';
import { command, definePlan, type PlanDocument, simulated } from '../../src/plan/define.ts';
import { linesIn, resultOf, type Stage, stages, typesOf } from './stage.ts';

const stage = stages('accounts');
const key = 'xai-1234567890abcdefghij';
const secondKey = 'xai-second-0987654321';

const named = ['GROK_KEY_1', 'GROK_KEY_2'];
afterEach(() => {
  for (const name of named) delete process.env[name];
});

const grok = (at: number, more: object = {}) => ({
  ...{ provider: 'grok', keyEnv: `GROK_KEY_${at}` },
  ...more,
});

function withKeys(): void {
  process.env.GROK_KEY_1 = key;
  process.env.GROK_KEY_2 = secondKey;
}

/** Tells which account it got, and does what `script` says then. */
const plan = (script: string, more: Partial<PlanDocument> = {}, role: object = {}) =>
  definePlan({
    name: 'paid',
    agents: {
      worker: command({ run: ['sh', '-c', `echo $TROUPE_ACCOUNT >>used; ${script}`], ...role }),
    },
    tasks: ['a', 'b', 'c', 'd'].map((id) => ({ id, backoff: { initial: '1ms' } })),
    accounts: { one: grok(1), two: grok(2) },
    ...more,
  });

/** A line of the shell that says so on stderr. */
const tells = (said: object): string => `echo ${JSON.stringify(JSON.stringify(said))} >&2`;

const used = ({ cwd }: Stage) => linesIn(join(cwd, 'used')).toSorted();

function bookkeeping({ home }: Stage) {
  const database = Database.open(join(home, 'accounts.db'));
  return { books: new Books(database), ledger: new Ledger(database) };
}

describe('a run over two accounts', () => {
  test('spreads its attempts, each with the key of its account', async () => {
    withKeys();
    const scene = stage();
    const role = { account: 'grok', strategy: 'balanced', count: 1 };
    const { run, end } = await scene.play(plan('printf %s "$XAI_API_KEY" | wc -c', {}, role));
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(used(scene)).toEqual(['one', 'one', 'two', 'two']);
    const lengths = await Promise.all(['a', 'b'].map((id) => resultOf(run, id)));
    expect(lengths.map(({ output }) => Number(output)).toSorted((a, b) => a - b)).toEqual([
      secondKey.length,
      key.length,
    ]);
    const { ledger, books } = bookkeeping(scene);
    const spent = { attempts: 2, costUsd: null, unknown: 2, open: 0 };
    expect(ledger.spend('account', 0)).toMatchObject([
      { key: 'one', ...spent },
      { key: 'two', ...spent },
    ]);
    expect(books.replayed('one')).toEqual(books.look('one', 0));
  });

  test('goes on with the other one when the first is limited, and spends no retry', async () => {
    withKeys();
    const scene = stage();
    const limited = tells({ troupe: 'limited', retryAfterMs: 3_600_000, message: '429' });
    const script = `[ $TROUPE_ACCOUNT = two ] || { ${limited}; exit 1; }`;
    const role = { account: ['one', 'two'], strategy: 'failover', count: 1 };
    const { run, end, facts } = await scene.play(plan(script, {}, role));
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(used(scene)).toEqual(['one', 'two', 'two', 'two', 'two']);
    const [parked] = facts.filter(({ type }) => type === 'task.parked');
    expect(parked).toMatchObject({
      ...{ waitMs: 0, task: 'a' },
      fault: { code: 'agent.limited', message: '429; it goes on with another account' },
    });
    expect(typesOf(facts)).not.toContain('task.retrying');
    expect(await resultOf(run, 'a')).toMatchObject({ status: 'completed', attempts: 2 });
  });

  test('leaves one whose key is not accepted, and fails when both are', async () => {
    withKeys();
    const scene = stage();
    const fails = `${tells({ troupe: 'unauthorized', message: '401' })}; exit 1`;
    const role = { account: 'grok', strategy: 'failover', count: 1, retries: 3 };
    const alone = plan(fails, { tasks: [{ id: 'a' }] }, role);
    const { run } = await scene.play(alone);
    expect(used(scene)).toEqual(['one', 'two']);
    const { status, attempts, error } = await resultOf(run, 'a');
    expect([status, attempts, error?.code]).toEqual(['failed', 2, 'agent.unauthorized']);
    const { error: next } = await resultOf((await scene.play(alone)).run, 'a');
    expect(next).toMatchObject({ code: 'account.exhausted', retryable: false });
    expect(next?.message).toMatch(/^account one: 401; account two: 401$/);
  });

  test('waits until the earliest of them is back, and says so', async () => {
    withKeys();
    const scene = stage();
    const said = tells({ troupe: 'limited', retryAfterMs: 1_500 });
    const script = `[ -e $TROUPE_ACCOUNT ] || { touch $TROUPE_ACCOUNT; ${said}; exit 1; }`;
    const role = { account: 'grok', strategy: 'failover', count: 1 };
    const { end, facts } = await scene.play(plan(script, {}, role));
    expect(end).toMatchObject({ status: 'succeeded' });
    const waits = facts.flatMap((fact) => (fact.type === 'task.parked' ? [fact] : []));
    const longest = waits.toSorted((one, other) => other.waitMs - one.waitMs)[0];
    expect(longest?.waitMs).toBeGreaterThan(500);
    expect(longest?.waitMs).toBeLessThanOrEqual(1_500);
    expect(longest?.fault?.message).toMatch(/account one: its provider limits it/);
  });

  test('holds each account to as many attempts at once as it allows', async () => {
    withKeys();
    const scene = stage();
    const accounts = { one: grok(1, { concurrency: 1 }), two: grok(2, { concurrency: 1 }) };
    const mine = 'busy-$TROUPE_ACCOUNT';
    const script = `mkdir "${mine}" || exit 1; sleep 0.2; rmdir "${mine}"`;
    const role = { account: 'grok', count: 4 };
    const { end } = await scene.play(plan(script, { accounts }, role));
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(used(scene)).toHaveLength(4);
  });
});

describe('money', () => {
  const priced = (account: object, role: object = {}) =>
    definePlan({
      name: 'priced',
      agents: { worker: simulated({ work: '0ms', costUsd: 0.1, account: 'local', ...role }) },
      tasks: ['a', 'b', 'c', 'd'].map((id) => ({ id })),
      accounts: { local: { provider: 'local', ...account } },
    });

  test('of an account is never exceeded: what it can not pay for fails and says why', async () => {
    const scene = stage();
    const { run, end } = await scene.play(priced({ usdMax: 0.25 }));
    expect(end).toMatchObject({ counts: { succeeded: 2, failed: 2 } });
    const results = await Promise.all(['a', 'b', 'c', 'd'].map((id) => resultOf(run, id)));
    const [failed] = results.filter(({ status }) => status === 'failed');
    expect(failed?.error).toEqual({
      code: 'account.exhausted',
      message: 'account local: its money ($0.25) is spent',
      retryable: false,
    });
    expect(bookkeeping(scene).ledger.spend('role', 0)).toMatchObject([{ costUsd: 0.2 }]);
  });

  test('that is nearly spent is told of by the run, once', async () => {
    const { end, facts } = await stage().play(priced({ usdMax: 0.5 }));
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(facts.filter(({ type }) => type === 'budget.warned')).toMatchObject([
      { account: 'local', role: null, spentUsd: 0.4, limitUsd: 0.5 },
    ]);
  });

  test('of a day that is spent is waited for until tomorrow', async () => {
    const scene = stage();
    const { heard, run } = await scene.begin(priced({ usdPerDay: 0.1 }));
    const parked = await heard('task.parked');
    expect(parked).toMatchObject({ fault: { code: 'account.limited' } });
    expect('waitMs' in parked && parked.waitMs).toBeGreaterThan(0);
    await run.stop();
  });

  test('is worked out of tokens where the price is known, and unknown where not', async () => {
    withKeys();
    const say = tells({ troupe: 'usage', inputTokens: 1_000_000, outputTokens: 100_000 });
    const cost = async (account: object) => {
      const accounts = { one: grok(1, account) };
      const { run } = await stage().play(plan(say, { accounts }, { account: 'one' }));
      return (await resultOf(run, 'a')).cost_usd;
    };
    expect(await cost({ model: 'grok-4-0709' })).toBeCloseTo(4.5);
    expect(await cost({ price: { input: 1, output: 2 } })).toBeCloseTo(1.2);
    expect(await cost({ model: 'grok-99' })).toBeNull();
  });
});

describe('before a run', () => {
  test.each([
    ['nobody', /no account.* is called "nobody"; .*one, two/],
    ['twoo', /did you mean "two"/],
  ])('an account that is not there is a mistake: %s', async (account, message) => {
    withKeys();
    const scene = stage();
    await expect(scene.troupe.run(plan('true', {}, { account }))).rejects.toThrow(message);
    expect(readdirSync(scene.cwd)).toEqual([]);
  });

  test('so is a key that nobody has', async () => {
    const started = stage().troupe.run(plan('true', {}, { account: 'grok' }));
    await expect(started).rejects.toMatchObject({
      code: 'account.key-missing',
      message: 'no account of worker has its key: GROK_KEY_1, GROK_KEY_2 not set',
    });
  });
});

/** Every file under a folder, whole. */
function* filesUnder(folder: string): Generator<readonly [path: string, bytes: Buffer]> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesUnder(path);
    else if (entry.isFile()) yield [path, readFileSync(path)];
  }
}

describe('a key', () => {
  test('is in nothing that is written or told, though its program prints it', async () => {
    withKeys();
    const scene = stage();
    const file = join(scene.cwd, 'secret-key');
    const [fileKey, printedKey] = ['file-key-abcdefghijkl', 'printed-key-mnopqrstuv'];
    writeFileSync(file, `${fileKey}\n`);
    chmodSync(file, 0o600);
    const printer = join(scene.cwd, 'printer');
    writeFileSync(printer, `#!/bin/sh\nprintf %s "${printedKey}"\n`);
    chmodSync(printer, 0o700);
    const accounts = {
      one: grok(1),
      filed: { provider: 'grok', keyFile: file },
      printed: { provider: 'grok', keyCommand: printer },
    };
    const leak = [
      'printf "%s\\n" "$XAI_API_KEY"',
      'echo "error: $XAI_API_KEY" >&2',
      // In pieces, so that no write holds all of it.
      'for i in 1 6 11 16; do printf "%s" "$(echo "$XAI_API_KEY" | cut -c$i-$((i + 4)))"; done',
      tells({ troupe: 'limited', retryAfterMs: 1_000, message: '$XAI_API_KEY' }),
      '[ $TROUPE_ATTEMPT -gt 1 ]',
    ].join('; ');
    const role = { account: 'grok', strategy: 'balanced', count: 3, retries: 2 };
    const { run, facts } = await scene.play(plan(leak, { accounts }, role));
    expect(new Set(used(scene))).toEqual(new Set(['filed', 'one', 'printed']));
    const keys = [key, fileKey, printedKey];
    const told = JSON.stringify([facts, run.view()]);
    for (const secret of keys) expect(told).not.toContain(secret);
    const seen = [...filesUnder(scene.home)];
    expect(seen.length).toBeGreaterThan(10);
    const leaks = seen.filter(([, bytes]) => keys.some((secret) => bytes.includes(secret)));
    expect(leaks.map(([path]) => path)).toEqual([]);
    const words = seen.filter(([path]) => path.includes('streams'));
    expect(words.some(([, bytes]) => bytes.includes('[redacted]'))).toBe(true);
    expect(statSync(join(scene.home, 'accounts.db')).mode & 0o077).toBe(0);
  });

  test('in a file that others may read is refused', async () => {
    const scene = stage();
    const file = join(scene.cwd, 'open-key');
    writeFileSync(file, key);
    chmodSync(file, 0o644);
    const accounts = { one: { provider: 'grok', keyFile: file } };
    const { run } = await scene.play(plan('true', { accounts }, { account: 'one' }));
    const { error } = await resultOf(run, 'a');
    expect(error).toEqual({
      code: 'account.key-exposed',
      message: `account one has no key: others may read ${file}; run: chmod 600 ${file}`,
      retryable: false,
    });
  });
});

/** `troupe accounts` as it is typed: the list, its limits, what was spent, and two runs at once. */
import { existsSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { eventually } from '../agents/processes.ts';
import { Desk } from './troupe.ts';

const key = 'xai-typed-0123456789abcdef';
const env = { GROK_KEY_1: key, GROK_KEY_2: `${key}-2` };

async function deskWith(...accounts: readonly (readonly string[])[]): Promise<Desk> {
  const desk = new Desk();
  for (const words of accounts) {
    const ended = await desk.type(['accounts', 'add', ...words]);
    expect([ended.stdout, ended.code]).toEqual(['', 0]);
  }
  return desk;
}

const one = ['grok-1', '--provider', 'grok', '--key-env', 'GROK_KEY_1'];
const two = ['grok-2', '--provider', 'grok', '--key-env', 'GROK_KEY_2'];

interface Listed {
  readonly accounts: readonly Record<string, unknown>[];
  readonly usdPerDay: number | null;
}

async function listOf(desk: Desk): Promise<Listed> {
  return JSON.parse((await desk.type(['accounts', 'list', '--json'])).stdout) as Listed;
}

function writePlan(desk: Desk, run: string, tasks: number, role = ''): void {
  const ids = Array.from({ length: tasks }, (_, at) => `  - id: t${at}\n`).join('');
  const worker = `{ adapter: command, run: ${JSON.stringify(run)}, account: grok ${role} }`;
  writeFileSync(desk.path('plan.yaml'), `agents:\n  worker: ${worker}\ntasks:\n${ids}`);
}

test('accounts are added, listed, limited and removed, and no key is ever shown', async () => {
  const desk = await deskWith(one, [...two, '--concurrency', '3', '--usd-per-day', '5']);
  const listed = await desk.type(['accounts'], { env });
  expect(listed.stdout).toMatch(/grok-1 +grok +GROK_KEY_1 +unused +0 /);
  expect(listed.stdout).toMatch(/grok-2 .* 0 of 3 +\$0\.00 of \$5\.00/);
  expect(listed.stdout).not.toContain(key);
  const limited = await desk.type(['accounts', 'limits', 'grok-2', '--usd-per-day', 'none']);
  expect(limited.stdout).not.toContain('of $5.00');
  await desk.type(['accounts', 'limits', '--usd-per-day', '9']);
  expect(await listOf(desk)).toMatchObject({ usdPerDay: 9, accounts: [{}, {}] });
  expect((await desk.type(['accounts', 'remove', 'grok-1'])).code).toBe(0);
  expect((await listOf(desk)).accounts.map(({ name }) => name)).toEqual(['grok-2']);
});

test.each([
  [['add', ...one], /there is an account "grok-1" already/],
  [['add', 'x', '--provider', 'grok', '--key-env', key], /in capitals, and never a key itself/],
  [['add', '../x', '--provider', 'grok'], /expected the name of an account/],
  [['add', 'x'], /required option '--provider <name>'/],
  [['remove', 'grok-7'], /no account is called "grok-7"; did you mean "grok-1"/],
  [['limits', 'grok-1', '--concurrency', 'many'], /a number from 0 on, or "none"/],
  [['limits', 'grok-1', '--concurrency', '0'], /whole number from 1 to 1000/],
  [['spend', '--by', 'moon'], /Allowed choices are account/],
])('what is wrong is said, without a key: %s', async (words, message) => {
  const desk = await deskWith(one);
  const { code, stdout, stderr } = await desk.type(['accounts', ...words]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(message);
  expect(stderr).not.toContain(key);
});

test('what a run has spent is told by account, task and day', async () => {
  const desk = await deskWith(one, two);
  const usage = { troupe: 'usage', inputTokens: 100, outputTokens: 10, costUsd: 0.25 };
  const told = `echo '${JSON.stringify(usage)}' >&2`;
  writePlan(desk, told, 4);
  const ran = await desk.type(['run', 'plan.yaml'], { env });
  expect(ran.code).toBe(0);
  const spend = await desk.type(['accounts', 'spend']);
  expect(spend.stdout).toMatch(/grok-1 +2 +200 +20 +\$0\.50/);
  expect(spend.stdout).toMatch(/grok-2 +2 +200 +20 +\$0\.50/);
  const tasks = JSON.parse(
    (await desk.type(['accounts', 'spend', '--by', 'task', '--json'])).stdout,
  );
  expect(tasks).toMatchObject({ by: 'task', rows: [{ key: 't0', costUsd: 0.25 }, {}, {}, {}] });
  const days = await desk.type(['accounts', 'spend', '--by', 'day', '--days', '1']);
  expect(days.stdout).toMatch(/\d{4}-\d\d-\d\d +4 .*\$1\.00/);
});

test('two runs at once never use more of an account than it allows', async () => {
  const desk = await deskWith([...one, '--concurrency', '1'], [...two, '--concurrency', '1']);
  const mine = 'busy-$TROUPE_ACCOUNT';
  writePlan(desk, `mkdir "${mine}" || exit 9; sleep 0.1; rmdir "${mine}"`, 5, ', count: 3');
  const runs = [0, 1].map(() => desk.type(['run', 'plan.yaml'], { env }));
  const ended = await Promise.all(runs);
  expect(ended.map(({ code, stderr }) => [code, /\b9\b/.test(stderr)])).toEqual([
    [0, false],
    [0, false],
  ]);
  const { accounts } = await listOf(desk);
  expect(accounts.map(({ lent, busy }) => [typeof lent, busy])).toEqual([
    ['number', 0],
    ['number', 0],
  ]);
  expect(accounts.reduce((sum, { lent }) => sum + Number(lent), 0)).toBe(10);
});

test('what a kill -9 leaves is taken back by the next one, at its maximum', async () => {
  const desk = await deskWith([...one, '--concurrency', '1', '--usd-per-day', '10']);
  writePlan(
    desk,
    'echo begun >>begun; [ $(wc -l <begun) -gt 1 ] || sleep 600',
    1,
    ', costUsdMax: 2',
  );
  const first = desk.start(['run', 'plan.yaml'], { env });
  await eventually('its program has begun', () => existsSync(desk.path('begun')));
  first.child.kill('SIGKILL');
  await first.end();
  expect((await listOf(desk)).accounts[0]).toMatchObject({ busy: 1, reservedUsd: 2 });
  const resumed = await desk.type(['resume', 'latest'], { env });
  expect(resumed.code).toBe(0);
  const [account] = (await listOf(desk)).accounts;
  expect(account).toMatchObject({ busy: 0, lent: 2, spentUsd: 4, reservedUsd: 0 });
  const { stdout } = await desk.type(['accounts', 'spend']);
  expect(stdout).toMatch(/grok-1 +2 .*\$4\.00 .*2 counted at their maximum/);
});

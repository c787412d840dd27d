/** The words about accounts and money: in a plan, in a home's list, and never a key among them. */
import { describe, expect, test } from 'vitest';
import { compilePlan } from '../../src/plan/compile.ts';
import { command, definePlan, simulated } from '../../src/plan/define.ts';
import { documentOf } from '../../src/plan/document.ts';
import { accountsText, noAccounts, parseAccounts } from '../../src/plan/project/home-accounts.ts';
import { defineAnything, toldAbout, toldOf } from './complaints.ts';

const tasks = [{ id: 'a', agent: 'worker', prompt: 'Do it.' }];
const accounts = {
  'grok-1': { provider: 'grok', keyEnv: 'GROK_KEY_1', concurrency: 2, usdPerDay: 5 },
  'grok-2': { provider: 'grok', keyFile: 'keys/grok', price: { input: 3, output: 15 } },
  own: { provider: 'own', keyCommand: 'pass show own', variable: 'OWN_KEY', model: 'own-1' },
  free: { provider: 'local', price: { input: 0, output: 0, cached: 0 } },
};
const planWith = (role: object, more: object = {}) =>
  definePlan({
    agents: { worker: command({ run: ['true'], ...role }) },
    tasks,
    ...more,
  });

describe('accounts in a plan', () => {
  test('say where a key is, and what they are held to', () => {
    const plan = definePlan({ agents: { worker: simulated({}) }, tasks: [{ id: 'a' }], accounts });
    expect(plan.accounts?.map(({ name, key }) => [name, key.kind])).toEqual([
      ...[
        ['grok-1', 'env'],
        ['grok-2', 'file'],
      ],
      ...[
        ['own', 'command'],
        ['free', 'none'],
      ],
    ]);
    expect(plan.accounts?.[0]).toMatchObject({
      ...{ key: { kind: 'env', name: 'GROK_KEY_1' }, model: null, price: null },
      limits: { concurrency: 2, usdPerDay: 5, usdMax: null, requestsPerMinute: null },
    });
    expect(plan.accounts?.[1]?.price).toEqual({ input: 3, output: 15, cached: null });
  });

  test('are found again when the plan is written as a document', () => {
    const role = { account: ['grok-1', 'own'], strategy: 'cheapest', costUsdMax: 0.2 };
    const plan = planWith({ ...role, budget: { usd: 3 } }, { accounts });
    expect(definePlan(documentOf(plan))).toEqual({ ...plan, folder: null });
  });

  test('are used by the roles that name them, or a provider', () => {
    const borrowing = (role: object) => planWith(role).roles[0]?.borrowing;
    expect(borrowing({})).toBeUndefined();
    expect(borrowing({ account: 'grok' })).toEqual({ names: ['grok'], strategy: 'balanced' });
    const claude = { adapter: 'claude', strategy: 'sticky' };
    const plan = defineAnything({ agents: { worker: claude }, tasks });
    expect(plan.roles[0]?.borrowing).toEqual({ names: ['claude'], strategy: 'sticky' });
  });

  const price = (role: object) => compilePlan(planWith(role)).roles[0]?.attemptUsdMax;
  test('make the price of an attempt unknown, if the role does not say it', () => {
    expect([price({}), price({ account: 'grok' })]).toEqual([0, null]);
    expect(price({ account: 'grok', costUsdMax: 0.3 })).toBe(0.3);
    const [role] = compilePlan(planWith({ budget: { usd: 2 } })).roles;
    expect(role).toMatchObject({ budgetUsd: 2 });
  });

  const told = (account: string, role = '') =>
    toldAbout(`agents: { w: { adapter: command, run: [x] ${role} } }
tasks: [{ id: a }]
accounts: { one: { ${account} } }`).lines.join('\n');

  test.each([
    ['keyEnv: K', '', /accounts\.one\.provider: is missing/],
    ['provider: grok, keyenv: K', '', /did you mean "keyEnv"/],
    ['provider: grok, keyEnv: K, keyFile: f', '', /expected one of keyEnv, keyFile and keyCommand/],
    ['provider: grok, concurrency: 0', '', /whole number from 1 to 1000/],
    ['provider: grok, price: { input: 1 }', '', /price\.output: is missing/],
    ['provider: grok, price: { inptu: 1 }', '', /did you mean "input"/],
    ['provider: grok', ', strategy: fastest', /"strategy" says nothing without "account"/],
    ['provider: grok', ', account: grok, strategy: fastst', /did you mean "fastest"/],
    ['provider: grok', ', budget: { uds: 1 }', /did you mean "usd"/],
  ])('are refused when they are wrong: %s %s', (account, role, expected) => {
    expect(told(account, role)).toMatch(expected);
  });

  test('never show what was written in the place of a name, for it may be a key', () => {
    const secret = 'xai-a1b2c3d4e5f6a7b8c9d0';
    expect(told(`provider: grok, keyEnv: ${secret}`)).toMatch(/in capitals, and never a key/);
    for (const key of ['keyEnv', 'key', 'apiKey', 'variable']) {
      expect(told(`provider: grok, ${key}: ${secret}`)).not.toContain(secret);
    }
    expect(told(`provider: grok, key: ${secret}`)).toMatch(/did you mean "keyEnv"/);
  });
});

describe("a home's list of accounts", () => {
  test('is written as it is read', () => {
    const prices = { 'own-1': { input: 1, output: 2 } };
    const text = JSON.stringify({ usdPerDay: 9, prices, accounts });
    const read = parseAccounts(text, 'accounts.json', '/keys');
    expect(read.accounts[1]?.key).toEqual({ kind: 'file', path: '/keys/keys/grok' });
    expect(read).toMatchObject({ usdPerDay: 9, prices: { 'own-1': { cached: null } } });
    expect(parseAccounts(accountsText(read), 'accounts.json', '/elsewhere')).toEqual(read);
    expect(parseAccounts(accountsText(noAccounts), 'accounts.json', '/')).toEqual(noAccounts);
  });

  test('says what is wrong with it, and nothing of what might be a key', () => {
    const secret = 'xai-a1b2c3d4e5f6a7b8c9d0';
    const broken = `{ "accounts": { "one": { "key": "${secret}" `;
    for (const text of [
      broken,
      `${broken} } } }`,
      `"${secret}"`,
      `{ "${secret}": 1 }`.slice(0, 3),
    ]) {
      const { code, lines } = toldOf(() => parseAccounts(text, 'accounts.json', '/'));
      expect(code).not.toBe('none');
      expect(lines.join('\n')).not.toContain(secret);
    }
  });
});

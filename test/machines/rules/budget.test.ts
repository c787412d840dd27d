/** The purse: money is set aside before an attempt, settled after it, and never spent twice. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { roleName } from '../../../machines/ids.ts';
import {
  affords,
  emptyPurse,
  exhausted,
  purseOf,
  setAside,
  settle,
  warnings,
  withBudget,
} from '../../../machines/rules/budget.ts';
import { roleSpec } from '../plans.ts';

const [dear, free, dark] = ['dear', 'free', 'dark'].map(roleName) as [
  ReturnType<typeof roleName>,
  ReturnType<typeof roleName>,
  ReturnType<typeof roleName>,
];
const roles = [
  roleSpec({ name: dear, attemptUsdMax: 0.1 }),
  roleSpec({ name: free, attemptUsdMax: 0 }),
  roleSpec({ name: dark, attemptUsdMax: null }),
];
const purse = (budgetUsd: number | null) => purseOf({ budgetUsd, roles });
const canAfford = (one: ReturnType<typeof purse>, role: typeof dear): boolean =>
  affords(one, role) === 'now';

describe('a role with a budget of its own', () => {
  const own = purseOf({
    budgetUsd: 1,
    roles: [
      roleSpec({ name: dear, attemptUsdMax: 0.1, budgetUsd: 0.2 }),
      roleSpec({ name: dark, attemptUsdMax: null, budgetUsd: 0.2 }),
      roleSpec({ name: free, attemptUsdMax: 0.1, budgetUsd: null }),
    ],
  });

  test('spends no more than that, though the run has more', () => {
    const both = setAside(setAside(own, dear), dear);
    expect([affords(both, dear), affords(both, free)]).toEqual(['role', 'now']);
    const spent = [dear, dear].reduce((left, role) => settle(left, { role, costUsd: 0.1 }), both);
    expect(affords(spent, dear)).toBe('never');
    expect(exhausted(spent, dear).message).toBe(
      "dear's budget of $0.20 can't pay for it: $0.20 spent, and an attempt by dear may cost $0.10",
    );
  });

  test('spends no more than the run has, either', () => {
    const left = settle(setAside(own, free), { role: free, costUsd: 0.95 });
    expect(affords(left, dear)).toBe('run');
    expect(exhausted(left, dear).message).toMatch(/^the budget of \$1\.00 /);
    expect(affords(left, dark)).toBe('now');
  });

  test('is warned of when four fifths are spent, once, as the run is', () => {
    const spend = (from: typeof own, role: typeof dear, costUsd: number) => {
      const after = settle(setAside(from, role), { role, costUsd });
      return [after, warnings(from, after, role)] as const;
    };
    const [some, none] = spend(own, dear, 0.1);
    expect(none).toEqual([]);
    const [more, first] = spend(some, dear, 0.1);
    expect(first).toEqual([{ role: dear, spentUsd: 0.2, limitUsd: 0.2 }]);
    const [most, second] = spend(more, free, 0.6);
    expect(second).toEqual([{ role: null, spentUsd: 0.8, limitUsd: 1 }]);
    expect(spend(most, free, 0.1)[1]).toEqual([]);
    expect(spend(purse(0), dear, 1)[1]).toEqual([]);
  });
});

describe('a purse', () => {
  test('without a budget pays for everything, and counts all the same', () => {
    const spent = settle(setAside(purse(null), dear), { role: dear, costUsd: 7 });
    expect(spent).toMatchObject({ spent: 7_000_000, reserved: 0 });
    expect(canAfford(spent, dear)).toBe(true);
    expect(canAfford(emptyPurse, dark)).toBe(true);
  });

  test('of three dimes pays for three attempts at a dime, and no more', () => {
    let left = purse(0.3);
    for (const afford of [true, true, true, false]) {
      expect(canAfford(left, dear)).toBe(afford);
      left = setAside(left, dear);
    }
  });

  test('gets back what an attempt did not cost', () => {
    const both = setAside(setAside(purse(0.2), dear), dear);
    expect(canAfford(both, dear)).toBe(false);
    expect(canAfford(settle(both, { role: dear, costUsd: 0 }), dear)).toBe(true);
    expect(canAfford(settle(both, { role: dear, costUsd: 0.1 }), dear)).toBe(false);
  });

  test('that is empty still pays for what is free', () => {
    const empty = settle(setAside(purse(0.1), dear), { role: dear, costUsd: 0.1 });
    expect(canAfford(empty, free)).toBe(true);
    expect(canAfford(empty, dark)).toBe(false);
  });

  test('pays for an attempt of unknown price while anything is left', () => {
    expect(canAfford(purse(0.01), dark)).toBe(true);
    const after = settle(setAside(purse(0.01), dark), { role: dark, costUsd: 0.05 });
    expect(canAfford(after, dark)).toBe(false);
  });

  test('counts an attempt of unknown cost as the dearest it can have been', () => {
    const lost = settle(setAside(purse(1), dear), { role: dear, costUsd: null });
    expect(lost).toMatchObject({ spent: 100_000, reserved: 0 });
    const dearer = settle(setAside(purse(1), dark), { role: dark, costUsd: null });
    expect(dearer).toMatchObject({ spent: 0, reserved: 0 });
  });

  test('may be given another budget, or none, at any time', () => {
    const spent = settle(setAside(purse(0.1), dear), { role: dear, costUsd: 0.1 });
    expect(canAfford(withBudget(spent, 0.2), dear)).toBe(true);
    expect(canAfford(withBudget(spent, null), dear)).toBe(true);
    expect(canAfford(withBudget(purse(null), 0.05), dear)).toBe(false);
  });

  test('knows no price for a role that is not there', () => {
    expect(canAfford(purse(1), roleName('nobody'))).toBe(true);
    expect(setAside(purse(1), roleName('nobody')).reserved).toBe(0);
  });

  test('says in dollars what it could not pay', () => {
    const spent = settle(setAside(purse(0.3), dear), { role: dear, costUsd: 0.25 });
    expect(exhausted(spent, dear)).toEqual({
      code: 'budget.exhausted',
      message:
        "the budget of $0.30 can't pay for it: $0.25 spent, and an attempt by dear may cost $0.10",
      retryable: false,
    });
    expect(exhausted(purse(0.000005), dark).message).toMatch(/^the budget of \$0\.000005 .*spent$/);
    expect(exhausted(purse(null), dark).message).toContain('the budget of $0.00');
  });

  test('never pays out more than it holds while attempts keep to their price', () => {
    const step = fc.record({ begin: fc.boolean(), share: fc.double({ min: 0, max: 1 }) });
    fc.assert(
      fc.property(fc.double({ min: 0, max: 3, noNaN: true }), fc.array(step), (budget, steps) => {
        let now = purse(budget);
        let underWay = 0;
        for (const { begin, share } of steps) {
          if (begin && canAfford(now, dear)) {
            now = setAside(now, dear);
            underWay += 1;
          } else if (underWay > 0) {
            const costUsd = Number.isNaN(share) ? null : share * 0.1;
            now = settle(now, { role: dear, costUsd });
            underWay -= 1;
          }
          expect(now.spent + now.reserved).toBeLessThanOrEqual(now.budget ?? 0);
          expect(now.reserved).toBe(underWay * 100_000);
        }
      }),
    );
  });
});

test('a role that is called as something that every object has has no purse', () => {
  const role = roleName('constructor');
  const purse = purseOf({ budgetUsd: 1, roles: [roleSpec({ name: role, attemptUsdMax: 0.1 })] });
  expect([affords(purse, role), setAside(purse, role).caps]).toEqual(['now', {}]);
});

describe('teams with purses', () => {
  const [inner, outer, other] = ['a.b.w', 'a.w', 'w'].map(roleName) as [
    ReturnType<typeof roleName>,
    ReturnType<typeof roleName>,
    ReturnType<typeof roleName>,
  ];
  const shared = purseOf({
    budgetUsd: null,
    roles: [inner, outer, other].map((name) => roleSpec({ name, attemptUsdMax: 0.1 })),
    teams: [
      { name: 'a', budgetUsd: 0.3 },
      { name: 'a.b', budgetUsd: 0.1 },
    ],
  });

  test('a role pays from every team that it is in, and from no other', () => {
    const begun = setAside(shared, inner);
    expect([inner, outer, other].map((role) => affords(begun, role))).toEqual([
      'role',
      'now',
      'now',
    ]);
    const spent = settle(begun, { role: inner, costUsd: 0.1 });
    expect(affords(spent, inner)).toBe('never');
    expect(exhausted(spent, inner).message).toContain("a.b's budget of $0.10 can't pay for it");
    expect(warnings(begun, spent, inner)).toEqual([{ role: 'a.b', spentUsd: 0.1, limitUsd: 0.1 }]);
    const both = settle(setAside(spent, outer), { role: outer, costUsd: 0.2 });
    expect(affords(both, outer)).toBe('never');
    expect(affords(both, other)).toBe('now');
  });
});

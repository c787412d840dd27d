/** Who is to have which task, by what came of past ones. */
import { describe, expect, test } from 'vitest';
import { refusal } from '../../src/intake/answers.ts';
import { choose, type Wanted } from '../../src/learning/choosing.ts';
import { Records, type Sorted } from '../../src/learning/records.ts';
import type { Sample } from '../../src/learning/tally.ts';
import { tellChoices } from '../../src/learning/telling.ts';
import { definePlan } from '../../src/plan/define.ts';
import { choicesIn, orderFor } from '../../src/plan/roles/agent-choice.ts';

const fix = { name: 'fix login' };
const write = { name: 'write tests' };

/** So many tasks of one agent, of which so many went well. */
function past(
  adapter: string,
  [good, all]: readonly [number, number],
  { ms = 60_000, kind = fix as object | null, role = 'coder', usd = 0.1 } = {},
): readonly Sorted[] {
  return Array.from({ length: all }, (_, at) => {
    const status = at < good ? ('completed' as const) : ('failed' as const);
    const result = { ...refusal('t', new Error('no')), status, attempts: 1, cost_usd: usd };
    const sample: Sample = {
      ...{ run: 'r', adapter, model: adapter, role, task: 't', prompt: '', kind: '', skill: '' },
      result: { ...result, duration_ms: ms },
    };
    return { sample, kind };
  });
}

const task = (name: string, kind: Wanted['kind'] = fix): Wanted => ({ task: name, kind });
const agents = ['claude', 'codex'];
const firstOf = (past: readonly Sorted[], wanted: readonly Wanted[]) => {
  const { tasks } = choose('coder', wanted, agents, new Records(past));
  return wanted.map(({ task }) => tasks[task]?.[0]);
};

describe('the choice', () => {
  test('is whoever needs least time until an attempt succeeds', () => {
    const quick = past('codex', [9, 10], { ms: 60_000 });
    expect(firstOf([...past('claude', [10, 10], { ms: 90_000 }), ...quick], [task('a')])).toEqual([
      'codex',
    ]);
    const lucky = past('codex', [2, 10], { ms: 60_000 });
    expect(firstOf([...past('claude', [10, 10], { ms: 90_000 }), ...lucky], [task('a')])).toEqual([
      'claude',
    ]);
  });

  test('is made by the kind of task, where that is known, else by the role', () => {
    const known = [
      ...past('claude', [5, 5], { kind: write, ms: 1_000 }),
      ...past('codex', [5, 5], { kind: write, ms: 9_000 }),
      ...past('claude', [5, 5], { kind: fix, ms: 90_000 }),
      ...past('codex', [5, 5], { kind: fix, ms: 10_000 }),
    ];
    expect(firstOf(known, [task('a', write), task('b', fix), task('c', null)])).toEqual([
      ...['claude', 'codex', 'codex'],
    ]);
  });

  test('gives whoever is hardly known three tasks, one agent after the other', () => {
    const wanted = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => task(name));
    expect(firstOf([], wanted)).toEqual([
      ...['claude', 'claude', 'claude', 'codex', 'codex', 'codex', 'claude'],
    ]);
    expect(firstOf(past('claude', [4, 4]), wanted).slice(0, 4)).toEqual([
      ...['codex', 'codex', 'codex', 'claude'],
    ]);
  });

  test('of equals is the cheaper one', () => {
    const known = [...past('claude', [4, 4], { usd: 2 }), ...past('codex', [4, 4], { usd: 1 })];
    expect(firstOf(known, [task('a')])).toEqual(['codex']);
  });

  test('is nobody where none can be used', () => {
    const { tasks, order } = choose('coder', [task('a')], [], new Records([]));
    expect([tasks, order]).toEqual([{ a: [] }, []]);
  });

  test('of a role whose tasks are to come is by the role, and told', () => {
    const known = [...past('claude', [1, 4]), ...past('codex', [3, 3])];
    const learned = choose('coder', [], agents, new Records(known));
    expect(learned).toMatchObject({ order: ['codex', 'claude'], tasks: {} });
    const [told] = tellChoices(choicesIn({ roles: [{ name: 'coder', prefer: agents, learned }] }));
    expect(told).toBe(
      'coder: for tasks to come, in this order; codex 3 of 3 attempts of the role, 1 min 00 s, ' +
        '$0.10; claude 1 of 4 attempts of the role, 1 min 00 s, $0.10',
    );
  });

  test('is told with its figures', () => {
    const known = [...past('claude', [1, 4]), ...past('codex', [3, 3], { role: 'other' })];
    const wanted = [task('a'), task('b')];
    const learned = choose('coder', wanted, [...agents, 'grok'], new Records(known));
    const document = { agents: { coder: { adapter: 'auto' } }, tasks: [{ id: 'a', prompt: 'x' }] };
    const { roles } = definePlan(document as never);
    const [role] = roles;
    const plan = { roles: [{ ...role, learned } as never] };
    expect(tellChoices(choicesIn(plan))).toEqual([
      'coder, fix login: grok has 2 tasks; codex 3 of 3 attempts, 1 min 00 s, $0.10; ' +
        'claude 1 of 4 attempts, 1 min 00 s, $0.10; grok is hardly known (0 of 0 attempts)',
    ]);
  });
});

test('a task that came later has whom the role has, and then whoever the plan prefers', () => {
  const learned = { order: ['codex'], tasks: { a: ['grok'] }, reasons: [] };
  const role = { prefer: ['claude', 'codex'], learned };
  expect(orderFor(role, 'a')).toEqual(['grok', 'claude', 'codex']);
  expect(orderFor(role, 'later')).toEqual(['codex', 'claude']);
  expect(orderFor(role, 'constructor')).toEqual(['codex', 'claude']);
  expect(orderFor({ prefer: ['claude'] }, 'a')).toEqual(['claude']);
});

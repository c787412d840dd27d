/** Documents that are meant to hurt, and honest ones that are large. */
import { describe, expect, test } from 'vitest';
import { compilePlan } from '../../src/plan/compile.ts';
import { command, definePlan, simulated } from '../../src/plan/define.ts';
import { defineAnything, parse, simulatedRole, toldAbout, toldOf } from './complaints.ts';

const agents = { w: simulated({}) };

describe('aliases', () => {
  test('that stand for a billion laughs are refused', () => {
    let text = 'a: &a [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n';
    for (const [at, name] of [...'bcdefghij'].entries()) {
      const before = 'abcdefghi'[at];
      text += `${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(', ')}]\n`;
    }
    expect(toldAbout(text)).toMatchObject({
      code: 'plan.yaml-bomb',
      lines: ['plan.yaml:1:1: its aliases stand for more than a plan can hold; write them out'],
    });
  });

  test('that repeat something large are refused', () => {
    const large = `a: &a [${'x,'.repeat(20_000)}]\n`;
    const text = `${large}b: [${'*a,'.repeat(5_000)}]\n`;
    expect(toldAbout(text).code).toBe('plan.yaml-bomb');
  });

  test('are refused when there are too many of them', () => {
    const { code, lines } = toldAbout(`a: &a []\nb: [${'*a,'.repeat(10_001)}]\n`);
    expect(code).toBe('plan.yaml-bomb');
    expect(lines).toEqual(['plan.yaml:2:30005: there are more than 10000 aliases; write them out']);
  });

  test('of themselves are refused', () => {
    expect(toldAbout('a: &a [*a]\n').code).toBe('plan.too-deep');
  });
});

describe('nesting', () => {
  test.each([
    ['brackets', '['.repeat(1_000_000)],
    ['brackets that close', `${'['.repeat(5_000)}${']'.repeat(5_000)}`],
    ['dashes', '- '.repeat(100_000)],
    ['question marks', '? '.repeat(100_000)],
    ['maps', '{a: '.repeat(5_000)],
  ])('of %s is refused', (_name, text) => {
    expect(toldAbout(text)).toMatchObject({ code: 'plan.too-deep' });
  });

  test('is refused in JSON', () => {
    const text = `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`;
    expect(toldAbout(text, 'plan.json')).toMatchObject({ code: 'plan.too-deep' });
  });

  test('is refused in objects, also when they hold themselves', () => {
    const round: Record<string, unknown> = { agents };
    round.tasks = [{ id: 'a', verify: { schema: round } }];
    expect(toldOf(() => defineAnything(round)).code).toBe('plan.too-deep');
  });
});

describe('objects', () => {
  test.each([
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['a big number', 1n],
  ])('hold plain data, not %s', (_name, value) => {
    const tasks = [{ id: 'a', verify: { schema: { const: value } } }];
    expect(toldOf(() => defineAnything({ agents, tasks }))).toMatchObject({
      code: 'plan.not-data',
      lines: ['definePlan tasks[0].verify.schema.const: expected plain data, as JSON can hold it'],
    });
  });

  test('can not reach the prototype of anything', () => {
    const hostile: unknown = JSON.parse('{ "agents": {}, "tasks": [{ "__proto__": { "x": 1 } }] }');
    expect(toldOf(() => defineAnything(hostile)).code).toBe('plan.bad-key');
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});

describe('tasks', () => {
  test('beyond 200,000 are refused', () => {
    const tasks = Array.from({ length: 200_001 }, () => null);
    expect(toldOf(() => defineAnything({ agents, tasks }))).toMatchObject({
      code: 'plan.too-many-tasks',
      lines: [
        'definePlan tasks: 200001 tasks are more than a plan can have, which is 200000; split it',
      ],
    });
  });

  test('may be a chain of 100,000, each asking for a result far behind it', () => {
    const tasks = Array.from({ length: 100_000 }, (_, at) => ({
      id: `t${at}`,
      needs: at > 0 ? [`t${at - 1}`] : [],
      prompt: at > 1 ? `go on from {{results.t${at - 2}.output}}, {{results.t0.output}}` : '',
    }));
    const spec = compilePlan(definePlan({ agents, tasks }));
    expect(spec.tasks.at(-1)).toMatchObject({ wave: 99_999, rank: 100, dependants: [] });
    expect(spec.tasks[0]).toMatchObject({ wave: 0, rank: 10_000_000, dependants: ['t1'] });
  }, 60_000);

  test('may all be wrong at once', () => {
    const tasks = Array.from({ length: 50_000 }, (_, at) => ({ id: `t${at}`, needs: [`s${at}`] }));
    const { lines } = toldOf(() => defineAnything({ agents, tasks }));
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe('and 49980 more');
  }, 60_000);

  test('in a circle of 100,000 are told apart', () => {
    const count = 100_000;
    const tasks = Array.from({ length: count }, (_, at) => ({
      id: `t${at}`,
      needs: [`t${(at + 1) % count}`],
    }));
    expect(toldOf(() => definePlan({ agents, tasks })).code).toBe('plan.cycle');
  }, 60_000);
});

describe('mistakes without end', () => {
  test.each([
    ['keys that are there twice', 'x: 1\n'.repeat(150_000), 'plan.duplicate-key'],
    ['aliases of nothing', `a: [${'*b,'.repeat(150_000)}]`, 'plan.unknown-alias'],
    ['unknown keys', Array.from({ length: 50_000 }, (_, at) => `k${at}: 1\n`).join(''), ''],
  ])('are counted: %s', (_name, text, code) => {
    const told = toldAbout(text);
    expect(told.code).toBe(code || 'plan.missing');
    expect(told.lines.at(-1)).toMatch(/^and \d+ more$/);
  });

  test('do not steer a terminal', () => {
    const agents = { '\u001b[2J\u202e': simulated({}), w: simulated({}) };
    const { lines } = toldOf(() => defineAnything({ agents, tasks: [{ id: 'a', agent: 'x\ny' }] }));
    expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(lines).toHaveLength(2);
  });
});

describe('long texts', () => {
  test.each([
    ['open braces', '{{'.repeat(500_000)],
    ['backslashes', '\\'.repeat(1_000_000)],
    ['values', '{{artifacts}}'.repeat(200_000)],
  ])('of %s are read once', (_name, prompt) => {
    const { code } = toldOf(() => definePlan({ agents, tasks: [{ id: 'a', prompt }] }));
    expect(code).toBe(prompt.startsWith('{{{') ? 'plan.template-unclosed' : 'none');
  });

  test('of a name are cut where they are shown', () => {
    const [line = ''] = toldAbout(
      `${simulatedRole}${'k'.repeat(5_000)}: 1\ntasks: [{ id: a }]`,
    ).lines;
    expect(line.length).toBeLessThan(400);
  });

  test('in a command are looked at once, however many there are', () => {
    const run = ['tool', ...Array.from({ length: 200_000 }, () => '{{artifacts}}')];
    const plan = definePlan({ agents: { w: command({ run }) }, tasks: [{ id: 'a' }] });
    expect(plan.roles[0]).toMatchObject({ run: { argv: run } });
  });
});

test('a plan of 20,000 tasks in YAML is read', () => {
  const tasks = Array.from({ length: 20_000 }, (_, at) => `  - id: t${at}\n    prompt: do ${at}\n`);
  expect(parse(`${simulatedRole}tasks:\n${tasks.join('')}`).tasks).toHaveLength(20_000);
}, 60_000);

/** Plans as objects, the values they are given from outside, and the schema for editors. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { isUserError, UserError } from '../../src/kernel/user-error.ts';
import { command, definePlan, simulated } from '../../src/plan/define.ts';
import { inputVariable, resolveInputs, resultVariable } from '../../src/plan/inputs.ts';
import { PlanError } from '../../src/plan/problems/problem.ts';
import { compileSchema, planJsonSchema } from '../../src/plan/shapes/json-schema.ts';
import { defineAnything, toldOf } from './complaints.ts';

const agents = { w: simulated({}) };
const tasks = [{ id: 'a' }];

describe('definePlan', () => {
  test('makes a plan', () => {
    const plan = definePlan(
      {
        name: 'typed',
        agents: { tool: command({ run: ['x'], env: { A: 'b' } }), actor: simulated({ fail: 1 }) },
        tasks: [
          { id: 'a', agent: 'tool', prompt: '{{plan.folder}}' },
          { id: 'b', agent: 'actor', needs: ['a'] },
        ],
      },
      { folder: '/here' },
    );
    expect(plan).toMatchObject({
      name: 'typed',
      folder: '/here',
      tasks: [{ id: 'a' }, { id: 'b' }],
    });
    expect(plan.roles.map((role) => role.adapter)).toEqual(['command', 'simulated']);
  });

  test('tells mistakes by their keys', () => {
    const attempt = () => defineAnything({ agents, tasks: [{ id: 'a', needs: ['b', 'b'] }] });
    expect(toldOf(attempt)).toEqual({
      code: 'plan.unknown-task',
      lines: [
        'definePlan tasks[0].needs[0]: no task is called "b"; known: a',
        'definePlan tasks[0].needs[1]: "b" is needed twice; leave one out',
      ],
      hint: 'Change the object given to definePlan at these places.',
    });
  });

  test('keeps the problems as data', () => {
    let thrown: unknown;
    try {
      defineAnything({ agents, tasks, mode: 'x' });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(PlanError);
    expect((thrown as PlanError).problems).toEqual([
      {
        code: 'plan.bad-value',
        file: 'definePlan',
        line: 0,
        column: 0,
        key: 'mode',
        message: 'expected eager or waves, got "x"',
        fix: '',
      },
    ]);
  });

  test.each([[undefined], [null], [5], [[]], ['text']])('refuses %j', (document) => {
    expect(toldOf(() => defineAnything(document)).code).toMatch(/^plan\.(bad-value|missing)$/);
  });

  test('takes keys that are undefined as left out', () => {
    expect(defineAnything({ agents, tasks, mode: undefined }).mode).toBe('eager');
  });
});

describe('resolveInputs', () => {
  const plan = definePlan({
    inputs: { repo: '.', branch: { description: 'where to work' }, toString: 'x' },
    agents,
    tasks,
  });

  test('takes what is given, else the default', () => {
    expect(resolveInputs(plan, { branch: 'main' })).toEqual({
      repo: '.',
      branch: 'main',
      toString: 'x',
    });
    expect(resolveInputs(plan, { branch: '', repo: 'a' })).toMatchObject({ repo: 'a', branch: '' });
  });

  test('names what is missing and what is unknown', () => {
    expect(toldOf(() => resolveInputs(plan, { bramch: 'main' }))).toEqual({
      code: 'plan.unknown-input',
      lines: [
        'the plan has no input "bramch"; did you mean "branch"?',
        'the input "branch" is missing (where to work)',
      ],
      hint: 'Give a value: --input branch=VALUE',
    });
    expect(toldOf(() => resolveInputs(plan, {})).code).toBe('plan.missing-input');
    expect(toldOf(() => resolveInputs(definePlan({ agents, tasks }), { a: 'b' }))).toEqual({
      code: 'plan.unknown-input',
      lines: ['the plan has no input "a"; it has none'],
      hint: 'Leave --input out.',
    });
  });
});

test('values are found in the environment', () => {
  expect(inputVariable('my-repo')).toBe('TROUPE_INPUT_MY_REPO');
  expect(resultVariable('build-1.a')).toBe('TROUPE_RESULT_BUILD_1_A');
});

describe('planJsonSchema', () => {
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(planJsonSchema());

  test('accepts what the loader accepts', () => {
    const document = {
      agents: { a: command({ run: 'x' }), b: simulated({ work: '1s..2s' }) },
      tasks: [
        { id: 'x', agent: 'a', timeout: '1h30m', verify: { file: 'y' } },
        { id: 'y', agent: 'b', needs: ['x'], verify: [{ run: ['z'] }, { schema: {} }] },
      ],
    };
    expect(definePlan(document).tasks).toHaveLength(2);
    expect(validate(document)).toBe(true);
  });

  test.each([
    [{ agents, tasks, mode: 'x' }],
    [{ agents, tasks, extra: 1 }],
    [{ agents, tasks: [{ id: 'a/b' }] }],
    [{ agents, tasks: [{ id: 'a', timeout: 'soon' }] }],
    [{ agents: { w: { adapter: 'acp' } }, tasks }],
    [{ agents: { w: { adapter: 'simulated', run: 'x' } }, tasks }],
    [{ tasks }],
  ])('refuses what the loader refuses: %j', (document) => {
    expect(toldOf(() => defineAnything(document)).code).not.toBe('none');
    expect(validate(document)).toBe(false);
  });
});

describe('compileSchema', () => {
  test('judges values', () => {
    const judge = compileSchema({ type: 'object', required: ['a'] });
    expect(judge({ a: 1 })).toEqual([]);
    expect(judge({})).toEqual(["the output must have required property 'a'"]);
    expect(compileSchema({ properties: { a: { type: 'string' } } })({ a: 1 })).toEqual([
      '/a must be string',
    ]);
  });

  test('takes two schemas with one id, and draft 7 by its name', () => {
    const $id = 'https://example.org/answer';
    expect(compileSchema({ $id, type: 'string' })(1)).toHaveLength(1);
    expect(compileSchema({ $id, type: 'number' })(1)).toEqual([]);
    const $schema = 'http://json-schema.org/draft-07/schema#';
    expect(compileSchema({ $schema, items: [{ type: 'string' }] })(['a', 1])).toEqual([]);
  });
});

describe('isUserError', () => {
  test('goes by shape', () => {
    expect(isUserError(new UserError('plan.cycle', 'wrong', 'mend it'))).toBe(true);
    const copy = { name: 'UserError', code: 'plan.cycle', message: 'wrong', hint: 'mend it' };
    expect(isUserError(copy)).toBe(true);
  });

  test.each([[new Error('x')], [null], ['UserError'], [{ name: 'UserError' }]])(
    '%s is none',
    (value) => {
      expect(isUserError(value)).toBe(false);
    },
  );
});

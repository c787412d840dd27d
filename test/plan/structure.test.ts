/** Keys, kinds of value and ranges: each mistake with its exact place and words. */
import { describe, expect, test } from 'vitest';
import { simulatedRole, toldAbout } from './complaints.ts';

const oneTask = 'tasks:\n  - id: a\n';
const idWords =
  'expected a task id: 1 to 100 letters, digits, "_", "-" or ".", ' +
  'not first "-" or ".", not last ".", without ".."';
const durationWords = 'expected a duration above 0 such as 500ms, 20m or 1h30m (at most 365d)';

/** What stands at line 3 after a simulated role, and what is told about it. */
const heads: readonly (readonly [string, string, string, string])[] = [
  [
    'an unknown key names the nearest',
    'concurency: 3\n',
    'plan.unknown-key',
    'plan.yaml:3:1 concurency: there is no key "concurency" here; did you mean "concurrency"?',
  ],
  [
    'a word of another tool is understood',
    'jobs: 3\n',
    'plan.unknown-key',
    'plan.yaml:3:1 jobs: there is no key "jobs" here; did you mean "tasks"?',
  ],
  [
    'an unknown key with nothing near lists what there is',
    'budget: { dollars: 3, usd: 1 }\n',
    'plan.unknown-key',
    'plan.yaml:3:11 budget.dollars: there is no key "dollars" here; known: usd',
  ],
  [
    'text where a number belongs',
    'concurrency: four\n',
    'plan.bad-value',
    'plan.yaml:3:14 concurrency: expected a whole number from 1 to 1000, got "four"',
  ],
  [
    'a number in quotes',
    'concurrency: "4"\n',
    'plan.bad-value',
    'plan.yaml:3:14 concurrency: expected a whole number from 1 to 1000, got "4"; ' +
      'write it without quotes: 4',
  ],
  [
    'a number beyond the range',
    'concurrency: 1001\n',
    'plan.bad-value',
    'plan.yaml:3:14 concurrency: expected a whole number from 1 to 1000, got 1001',
  ],
  [
    'a broken number',
    'seed: 1.5\n',
    'plan.bad-value',
    'plan.yaml:3:7 seed: expected a whole number, got 1.5',
  ],
  [
    'an endless number',
    'budget: { usd: .inf }\n',
    'plan.bad-value',
    'plan.yaml:3:16 budget.usd: expected a number 0 or more, got Infinity',
  ],
  [
    'a word that is not one of the choices',
    'mode: wave\n',
    'plan.bad-value',
    'plan.yaml:3:7 mode: expected eager or waves, got "wave"; did you mean "waves"?',
  ],
  [
    'a word far from all choices',
    'onFailure: explode\n',
    'plan.bad-value',
    'plan.yaml:3:12 onFailure: expected stop or continue, got "explode"',
  ],
  [
    'a number where text belongs',
    'name: 5\n',
    'plan.bad-value',
    'plan.yaml:3:7 name: expected a name of one line, got 5; write it in quotes: "5"',
  ],
  [
    'a name of two lines',
    'name: "a\\nb"\n',
    'plan.bad-value',
    'plan.yaml:3:7 name: expected a name of one line, 200 characters at most, got "a\\nb"',
  ],
  [
    'a list where a map belongs',
    'defaults: [1]\n',
    'plan.bad-value',
    'plan.yaml:3:11 defaults: ' +
      'expected a map with timeout, retries, backoff and verifyTimeout, got a list',
  ],
  [
    'an input that is neither text nor a map',
    'inputs: { port: 80 }\n',
    'plan.bad-value',
    'plan.yaml:3:17 inputs.port: ' +
      'expected a default text, or a map with default and description, got 80',
  ],
  [
    'a wrong key of an input',
    'inputs: { port: { defualt: "80" } }\n',
    'plan.unknown-key',
    'plan.yaml:3:19 inputs.port.defualt: there is no key "defualt" here; did you mean "default"?',
  ],
  [
    'a bad name of an input',
    'inputs: { "a b": x }\n',
    'plan.bad-key',
    'plan.yaml:3:11 inputs["a b"]: ' +
      'expected a letter, then letters, digits, "_" or "-", got "a b"',
  ],
  [
    'two inputs that would be one variable',
    'inputs: { my-repo: x, My_Repo: y }\n',
    'plan.input-taken',
    'plan.yaml:3:23 inputs.My_Repo: "My_Repo" and "my-repo" are one variable, ' +
      'TROUPE_INPUT_MY_REPO; name one of them otherwise',
  ],
  [
    'a key that every object has',
    'constructor: x\n',
    'plan.unknown-key',
    'plan.yaml:3:1 constructor: there is no key "constructor" here; known: name, description, ' +
      'mode, concurrency, onFailure, seed, budget, inputs, defaults, agents and 4 more',
  ],
  [
    'a wait that is shorter than the first one',
    'defaults: { backoff: { initial: 5s, max: 1s } }\n',
    'plan.bad-value',
    'plan.yaml:3:42 defaults.backoff.max: ' +
      'expected a duration that is not shorter than initial, got "1s"',
  ],
  [
    'a wrong key deep inside',
    'defaults: { backoff: { intial: 5s } }\n',
    'plan.unknown-key',
    'plan.yaml:3:24 defaults.backoff.intial: ' +
      'there is no key "intial" here; did you mean "initial"?',
  ],
  [
    'the key that JavaScript keeps for itself',
    '__proto__: { polluted: true }\n',
    'plan.bad-key',
    'plan.yaml:3:1 __proto__: no key can be called "__proto__"; leave it out',
  ],
];

describe('the head of a plan', () => {
  test.each(heads)('%s', (_name, text, code, line) => {
    const told = toldAbout(`${simulatedRole}${text}${oneTask}`);
    expect(told).toMatchObject({ code, lines: [line] });
  });
});

/** The keys of one task after its id, from line 5. */
const tasks: readonly (readonly [string, string, string, string])[] = [
  [
    'an unknown key',
    'promt: x',
    'plan.unknown-key',
    'plan.yaml:5:5 tasks[0].promt: there is no key "promt" here; did you mean "prompt"?',
  ],
  [
    'the word of another tool',
    'depends_on: [b]',
    'plan.unknown-key',
    'plan.yaml:5:5 tasks[0].depends_on: there is no key "depends_on" here; did you mean "needs"?',
  ],
  [
    'nothing where text belongs',
    'prompt:',
    'plan.bad-value',
    'plan.yaml:5:12 tasks[0].prompt: expected text, or a map with use, got nothing',
  ],
  [
    'a duration without its unit',
    'timeout: 20',
    'plan.bad-value',
    `plan.yaml:5:14 tasks[0].timeout: ${durationWords}, got 20; write the unit: 20s`,
  ],
  [
    'a duration of nothing',
    'timeout: 0s',
    'plan.bad-value',
    `plan.yaml:5:14 tasks[0].timeout: ${durationWords}, got "0s"`,
  ],
  [
    'a duration beyond a year',
    'timeout: 366d',
    'plan.bad-value',
    `plan.yaml:5:14 tasks[0].timeout: ${durationWords}, got "366d"`,
  ],
  [
    'one need without brackets',
    'needs: b',
    'plan.bad-value',
    'plan.yaml:5:12 tasks[0].needs: expected a list of task ids, got "b"; ' +
      'write it in brackets: [b]',
  ],
  [
    'a need that is a number',
    'needs: [1]',
    'plan.bad-value',
    'plan.yaml:5:13 tasks[0].needs[0]: expected a task id, got 1; write it in quotes: "1"',
  ],
  [
    'too many retries',
    'retries: 101',
    'plan.bad-value',
    'plan.yaml:5:14 tasks[0].retries: expected a whole number from 0 to 100, got 101',
  ],
  [
    'a word where true or false belongs',
    'approve: maybe',
    'plan.bad-value',
    'plan.yaml:5:14 tasks[0].approve: expected true or false, got "maybe"',
  ],
  [
    'a limit for an approval that nobody gives',
    'approveWithin: 3d',
    'plan.no-approve',
    'plan.yaml:5:5 tasks[0].approveWithin: "approveWithin" says nothing without "approve"; ' +
      'add "approve: true", or leave it out',
  ],
  [
    'a check that is none',
    'verify: 5',
    'plan.bad-value',
    'plan.yaml:5:13 tasks[0].verify: ' +
      'expected a check: a map with run, file, schema or review, got 5',
  ],
  [
    'a check whose own key is misspelt',
    'verify: { fil: x }',
    'plan.bad-value',
    'plan.yaml:5:13 tasks[0].verify: ' +
      'expected a check: a map with run, file, schema or review, got a map with "fil"; ' +
      'did you mean "file"?',
  ],
  [
    'an empty check in a list',
    'verify: [{ file: x }, {}]',
    'plan.bad-value',
    'plan.yaml:5:27 tasks[0].verify[1]: ' +
      'expected a check: a map with run, file, schema or review, got an empty map',
  ],
  [
    'a wrong value in a check',
    'verify: [{ file: x, minBytes: many }]',
    'plan.bad-value',
    'plan.yaml:5:35 tasks[0].verify[0].minBytes: expected a whole number from 0, got "many"',
  ],
  [
    'two checks in one',
    'verify: { run: x, file: y }',
    'plan.wrong-check',
    'plan.yaml:5:23 tasks[0].verify.file: a run check has no file; write two checks',
  ],
  [
    'a key of another check',
    'verify: { file: x, timeout: 3s }',
    'plan.wrong-check',
    'plan.yaml:5:24 tasks[0].verify.timeout: "timeout" goes with check run, ' +
      'and this is check file; leave it out, or make this check run',
  ],
  [
    'an unknown key of a check',
    'verify: { file: x, minBites: 3 }',
    'plan.unknown-key',
    'plan.yaml:5:24 tasks[0].verify.minBites: ' +
      'there is no key "minBites" here; did you mean "minBytes"?',
  ],
  [
    'a number in a command',
    'verify: { run: [sleep, 5] }',
    'plan.bad-value',
    'plan.yaml:5:28 tasks[0].verify.run[1]: expected text, got 5; write it in quotes: "5"',
  ],
  [
    'an empty command',
    'verify: { run: [] }',
    'plan.bad-value',
    'plan.yaml:5:20 tasks[0].verify.run: expected a list of texts, not an empty one, ' +
      'got an empty list',
  ],
  [
    'a command that is neither',
    'verify: { run: { a: b } }',
    'plan.bad-value',
    'plan.yaml:5:20 tasks[0].verify.run: expected a command line, ' +
      'or a list of a program and its arguments, got a map with "a"',
  ],
  [
    'a blank command line',
    'verify: { run: " " }',
    'plan.bad-value',
    'plan.yaml:5:20 tasks[0].verify.run: expected a command line, got " "',
  ],
  [
    'a pattern that is no regular expression',
    'verify: { file: x, matches: "a(" }',
    'plan.bad-pattern',
    'plan.yaml:5:33 tasks[0].verify.matches: is no regular expression: /a(/: Unterminated group',
  ],
  [
    'a schema that is none',
    'verify: { schema: { type: strng } }',
    'plan.bad-schema',
    'plan.yaml:5:23 tasks[0].verify.schema: ' +
      'is no JSON Schema: /type must be equal to one of the allowed values',
  ],
  [
    'a schema with a misspelt keyword',
    'verify: { schema: { propertes: {} } }',
    'plan.bad-schema',
    'plan.yaml:5:23 tasks[0].verify.schema: ' +
      'is no JSON Schema: strict mode: unknown keyword: "propertes"',
  ],
  [
    'a schema that would answer later, and so always pass',
    'verify: { schema: { $async: true } }',
    'plan.bad-schema',
    'plan.yaml:5:23 tasks[0].verify.schema: is no JSON Schema: a schema can not be $async',
  ],
];

describe('a task', () => {
  test.each(tasks)('%s', (_name, text, code, line) => {
    const told = toldAbout(`${simulatedRole}${oneTask}    ${text}\n`);
    expect(told).toMatchObject({ code, lines: [line] });
  });

  test.each([
    ['a/b', '"a/b"'],
    ['..', '".."'],
    ['a..b', '"a..b"'],
    ['.a', '".a"'],
    ['-a', '"-a"'],
    ['a.', '"a."'],
    ['__proto__', '"__proto__"'],
    ['"a b"', '"a b"'],
    ['"\\u202Egnp"', '"\\u{202e}gnp"'],
    ['""', '""'],
    ['x'.repeat(101), `"${'x'.repeat(60)}..."`],
  ])('refuses the id %s', (id, shown) => {
    const told = toldAbout(`${simulatedRole}tasks:\n  - id: ${id}\n`);
    expect(told.lines).toEqual([`plan.yaml:4:9 tasks[0].id: ${idWords}, got ${shown}`]);
  });

  test('refuses an id that Windows keeps for a device', () => {
    const told = toldAbout(`${simulatedRole}tasks:\n  - id: NUL.txt\n`);
    expect(told.lines).toEqual([
      'plan.yaml:4:9 tasks[0].id: ' +
        'expected a task id that Windows keeps for no device, got "NUL.txt"',
    ]);
  });

  test('refuses an id that is a number, and says how to write it', () => {
    const told = toldAbout(`${simulatedRole}tasks:\n  - id: 1\n`);
    expect(told.lines).toEqual([
      `plan.yaml:4:9 tasks[0].id: ${idWords}, got 1; write it in quotes: "1"`,
    ]);
  });

  test('without an id is told at its own place', () => {
    const told = toldAbout(`${simulatedRole}tasks:\n  - prompt: x\n`);
    expect(told).toMatchObject({
      code: 'plan.missing',
      lines: [`plan.yaml:4:5 tasks[0].id: is missing; ${idWords}`],
    });
  });

  test('that is no map', () => {
    const told = toldAbout(`${simulatedRole}tasks:\n  - build\n`);
    expect(told.lines).toEqual(['plan.yaml:4:5 tasks[0]: expected a map with id, got "build"']);
  });
});

/** `troupe.yaml`: where it is found, what is wrong with it, and what plans take from it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadPlan } from '../../src/plan/load.ts';
import { parseProject, projectJsonSchema } from '../../src/plan/project/project.ts';
import { readProject } from '../../src/plan/project/project-file.ts';
import { tempFolders, writeFiles } from '../app/temp.ts';

const temp = tempFolders('project');
const parse = (text: string) => parseProject(text, 'troupe.yaml', '/place');

const whole = `home: ../runs
budget: { usd: 5 }
defaults: { retries: 2 }
memory: { recall: 3 }
redact: ["ACME-[0-9]+"]
accounts: { mine: { provider: grok, keyFile: key.txt } }
agents:
  coder: { adapter: command, run: [cat] }
  unused: { adapter: simulated }
`;

describe('the file', () => {
  test('is that of the working directory, or of the nearest folder above', () => {
    const folder = temp();
    const deep = join(folder, 'a', 'b');
    mkdirSync(deep, { recursive: true });
    expect(readProject(deep)?.file ?? null).not.toBe(join(folder, 'troupe.yaml'));
    writeFiles(folder, { 'troupe.yaml': 'concurrency: 2\n' });
    expect(readProject(deep)?.file).toBe(join(folder, 'troupe.yaml'));
    writeFiles(deep, { 'troupe.yaml': 'concurrency: 3\n' });
    expect(readProject(deep)?.part).toEqual({ concurrency: 3 });
  });

  test('that can not be read says so', () => {
    const folder = temp();
    mkdirSync(join(folder, 'troupe.yaml'));
    expect(() => readProject(folder)).toThrow(/troupe.yaml: can't be read: it is no file/);
  });

  const mistakes: readonly (readonly [string, RegExp])[] = [
    ['agents: { a: { adapter: commnd } }', /troupe.yaml:1:\d+ agents.a.adapter: .*did you mean/],
    ['budgt: { usd: 1 }', /troupe.yaml:1:1 budgt: .*did you mean "budget"/],
    ['tasks: []', /there is no key "tasks" here/],
    ['redact: ["("]', /troupe.yaml:1:10 redact\[0\]: is no regular expression/],
    ['budget: { usd: -1 }', /troupe.yaml:1:\d+ budget.usd: expected a number 0 or more/],
    ['memory: { every: soon }', /troupe.yaml:1:\d+ memory.every: expected a duration/],
    ['memory: { recal: 3 }', /did you mean "recall"/],
    ['memory: { evry: 1h }', /did you mean "every"/],
    ['bus: { nats: { servers: nats://a, leese: 3s } }', /bus.nats.leese: .*did you mean "lease"/],
    ['bus: { nats: { servers: nats://a, tls: { authority: a } } }', /known: ca, cert, key/],
    ['bus: { nat: {} }', /bus.nat: .*did you mean "nats"/],
    [
      'webhooks: [{ url: "https://a.b", secrt: a, on: [run.*] }]',
      /webhooks\[0\].secrt: .*known: on, url, secretEnv/,
    ],
    ['[1, 2]', /troupe.yaml/],
    ['', /troupe.yaml: there is nothing in it/],
    ['a: [', /troupe.yaml:1/],
  ];
  test.each(mistakes)('%s is told with its line', (text, why) => {
    expect(() => parse(text)).toThrow(why);
  });
});

describe('memory', () => {
  test('is looked after as it says', () => {
    const { recall, upkeep } = parse('memory: { every: 10m, keep: 5000 }\n');
    expect({ recall, upkeep }).toEqual({
      recall: null,
      upkeep: { everyMs: 600_000, tasksMax: 5_000 },
    });
    expect(parse('memory: { recall: 2 }\n')).toMatchObject({
      recall: 2,
      upkeep: { everyMs: null, tasksMax: null },
    });
  });
});

describe('a plan', () => {
  const load = async (plan: string, project = whole) => {
    const folder = temp();
    writeFileSync(join(folder, 'plan.yaml'), plan);
    return loadPlan(join(folder, 'plan.yaml'), undefined, parse(project));
  };

  test('takes roles that it names, and what it does not say itself', async () => {
    const plan = await load('tasks: [{ id: a, agent: coder, prompt: x }]');
    expect(plan.roles.map(({ name, recall }) => [name, recall])).toEqual([['coder', 3]]);
    expect(plan.budgetUsd).toBe(5);
    expect(plan.tasks[0]?.retries).toBe(2);
    expect(plan.accounts?.[0]?.key).toEqual({ kind: 'file', path: '/place/key.txt' });
  });

  test('with a role of its own means that one when a task names nobody', async () => {
    const own = 'agents: { mine: { adapter: simulated } }\ntasks: [{ id: a }]';
    const plan = await load(own, 'agents: { theirs: { adapter: simulated } }');
    expect(plan.roles.map(({ name }) => name)).toEqual(['mine']);
    const none = await load('tasks: [{ id: a }]', 'agents: { theirs: { adapter: simulated } }');
    expect(none.roles.map(({ name }) => name)).toEqual(['theirs']);
  });

  test('wins where it says something', async () => {
    const plan = await load(`budget: { usd: 1 }
defaults: { retries: 0 }
accounts: { mine: { provider: openai } }
agents: { coder: { adapter: simulated, memory: { recall: 0 } } }
tasks: [{ id: a, agent: coder }]`);
    expect(plan.roles).toMatchObject([{ name: 'coder', adapter: 'simulated' }]);
    expect(plan.roles[0]?.recall).toBeUndefined();
    expect([plan.budgetUsd, plan.tasks[0]?.retries]).toEqual([1, 0]);
    expect(plan.accounts?.[0]?.provider).toBe('openai');
  });

  test('that names nobody means the only one there is', async () => {
    const one = 'agents: { coder: { adapter: command, run: [cat] } }';
    expect((await load('tasks: [{ id: a }]', one)).tasks[0]?.role).toBe('coder');
    await expect(load('tasks: [{ id: a }]', 'concurrency: 2')).rejects.toThrow(/agents/);
  });

  test('takes those whom its tasks may ask, and who judges', async () => {
    const project = `agents:
  coder: { adapter: command, run: [cat] }
  judge: { adapter: command, run: [cat] }
  other: { adapter: command, run: [cat] }
`;
    const task = '{ id: a, agent: coder, subtasks: { agents: [other] }, ';
    const plan = await load(`tasks: [${task}verify: [{ review: { agent: judge } }] }]`, project);
    expect(plan.roles.map(({ name }) => name)).toEqual(['coder', 'judge', 'other']);
  });

  test('that is no map is refused as ever', async () => {
    await expect(load('[1]')).rejects.toThrow(/plan.yaml/);
  });
});

test('project.schema.json is what the code says; UPDATE=1 writes it anew', () => {
  const text = `${JSON.stringify(projectJsonSchema(), null, 2)}\n`;
  if (process.env.UPDATE) writeFileSync('project.schema.json', text);
  expect(readFileSync('project.schema.json', 'utf8')).toBe(text);
});

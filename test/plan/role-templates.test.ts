/** Roles made of templates: written out for their adapter, pinned, and their mistakes located. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { definePlan } from '../../src/plan/define.ts';
import { documentOf } from '../../src/plan/document.ts';
import { loadPlan } from '../../src/plan/load.ts';
import { parseProject } from '../../src/plan/project/project.ts';
import { openRoleShelf } from '../../src/plan/roles/role-shelf.ts';
import { parseRoleTemplate } from '../../src/plan/roles/role-template.ts';
import { roleShapes } from '../../src/plan/shapes/schema.ts';
import { tempFolders, writeFiles } from '../app/temp.ts';
import { defineAnything, parse, toldAbout, toldLater, toldOf } from './complaints.ts';

const temp = tempFolders('role-templates');
const eight = [
  ...['coder', 'debugger', 'documenter', 'memory-keeper'],
  ...['planner', 'researcher', 'reviewer', 'tester'],
];
const needed: Readonly<Record<string, object>> = {
  command: { run: ['cat'] },
  acp: { run: ['cat'] },
  mcp: { run: ['cat'], tool: 'do' },
  openai: { model: 'm' },
};

const oneRole = (role: object, task: object = { prompt: 'Do it.' }) => {
  const plan = defineAnything({ agents: { it: role }, tasks: [{ id: 'a', ...task }] });
  const [made, asked] = [plan.roles[0], plan.tasks[0]];
  if (!made || !asked) throw new TypeError('a plan of one role and one task');
  return { plan, role: made, task: asked };
};

describe('the eight', () => {
  test('are there, each with a prompt, checks, a limit of time and permissions', () => {
    const shelf = openRoleShelf(null);
    expect(shelf.names()).toEqual(eight);
    for (const name of eight) {
      const { role, prompt, description } = shelf.find(name) ?? { role: {}, prompt: '' };
      expect({ name, keys: Object.keys(role) }).toMatchObject({
        keys: expect.arrayContaining(['permissions', 'timeout', 'retries', 'verify']),
      });
      expect(prompt.length).toBeGreaterThan(600);
      expect(description).toMatch(/\.$/);
    }
  });

  test('of whichever agent is there have the limits and tools of the one that is chosen', () => {
    const { role, plan } = oneRole({ template: 'researcher' });
    const caps = { maxTurns: 60, budgetUsd: 3 };
    const when = {
      claude: { maxTurns: 80, budgetUsd: 3, tools: ['WebSearch', 'WebFetch'] },
      ...{ openai: caps, grok: caps },
    };
    expect(role).toMatchObject({ adapter: 'auto', when });
    expect(documentOf(plan).agents?.it).toMatchObject({ when });
    const own = { claude: { maxTurns: 5 } };
    expect(oneRole({ template: 'researcher', when: own }).role).toMatchObject({ when: own });
    expect(oneRole({ template: 'researcher', adapter: 'codex' }).role).not.toHaveProperty('when');
    expect(() => oneRole({ adapter: 'auto', when: { claude: { maxTurn: 5 } } })).toThrow(
      /did you mean "maxTurns"/,
    );
    expect(() => oneRole({ adapter: 'auto', when: { cluade: {} } })).toThrow(
      /did you mean "claude"/,
    );
  });

  test.each(eight)('%s makes a role of every adapter', (template) => {
    // Who gathers is told nothing, and has no prompt.
    for (const adapter of Object.keys(roleShapes).filter((name) => name !== 'gather')) {
      const { role, plan } = oneRole({ template, adapter, ...needed[adapter] });
      expect(role).toMatchObject({ adapter, templateFrom: { name: template } });
      expect(definePlan(documentOf(plan)).roles[0]?.prompt).toBe(role.prompt);
    }
  });

  test.each(eight)('%s leaves no variable open in what it says', (template) => {
    const { role, task } = oneRole({ template });
    expect(role.prompt).not.toContain('{{');
    expect(JSON.stringify(task.verify)).not.toContain('{{');
  });
});

describe('a role made of a template', () => {
  test('is tuned for its adapter, and its own words win', () => {
    const claude = oneRole({ template: 'coder', adapter: 'claude' }).role;
    expect(claude).toMatchObject({ maxTurns: 120, budgetUsd: 5, permissions: 'full' });
    const own = oneRole({ template: 'coder', adapter: 'claude', budgetUsd: 1, retries: 7 });
    expect([own.role, own.task.retries]).toMatchObject([{ maxTurns: 120, budgetUsd: 1 }, 7]);
    const searching = oneRole({ template: 'researcher', adapter: 'claude' }).role;
    expect(searching).toMatchObject({ tools: ['WebSearch', 'WebFetch'], permissions: 'read' });
  });

  test('has its variables in its prompt and its checks; what nobody said is left out', () => {
    const { role, task } = oneRole({ template: 'coder', with: { test: 'make test' } });
    expect(role.prompt).toContain('`make test` must pass');
    expect(task.verify[0]).toEqual({ kind: 'run', run: { shell: 'make test' }, timeoutMs: null });
    const silent = oneRole({ template: 'coder' });
    expect(silent.role.prompt).not.toContain('must pass');
    expect(silent.task.verify.map(({ kind }) => kind)).toEqual(['schema']);
  });

  test("gives its checks to tasks that have none, and takes a person's no for an answer", () => {
    const role = { template: 'memory-keeper' };
    expect(oneRole(role).task.verify).toMatchObject([{ kind: 'file', path: 'NOTES.md' }]);
    expect(oneRole(role, { prompt: 'x', verify: [] }).task.verify).toEqual([]);
    expect(oneRole({ ...role, verify: [] }).task.verify).toEqual([]);
    expect(oneRole({ ...role, adapter: 'simulated' }).task.verify).toEqual([]);
    const { plan } = oneRole(role);
    expect(definePlan(documentOf(plan)).roles[0]?.verify).toEqual(plan.roles[0]?.verify);
  });

  test('says in its own words what a role of any kind may say', () => {
    const { role, task } = oneRole({
      ...{ adapter: 'claude', prompt: 'Be brief.', skills: ['pdf'] },
      verify: { run: ['true'] },
    });
    expect(role).toMatchObject({ prompt: 'Be brief.', skills: ['pdf'] });
    expect(task.verify).toHaveLength(1);
  });
});

describe('what is wrong', () => {
  const plan = (role: string): string =>
    `agents:\n  it: ${role}\n  w: { adapter: simulated }\ntasks: [{ id: a, agent: it, prompt: x }]`;
  test.each([
    [
      '{ template: codr }',
      ':2:19 agents.it.template: no template is called "codr"; did you mean "coder"?',
    ],
    ['{ template: 3 }', ':2:19 agents.it.template: no template is called that'],
    [
      '{ template: coder, with: { tst: x } }',
      ':2:34 agents.it.with.tst: the template "coder" has no variable "tst"; did you mean "test"?',
    ],
    ['{ template: coder, with: 3 }', ':2:32 agents.it.with: expected a map of variables'],
    ['{ template: coder, adapter: clod }', 'agents.it.adapter: there is no adapter "clod"'],
    [
      '{ template: coder, retrys: 1 }',
      ':2:26 agents.it.retrys: there is no key "retrys" here; did you mean "retries"?',
    ],
    ['{ adapter: claude, instructions: x }', 'did you mean "prompt"?'],
    ['{ adapter: claude, prompt: "{{results.a.output}}" }', 'a role serves many tasks'],
  ])('%s is told where it stands', (role, told) => {
    expect(toldAbout(plan(role)).lines.join('\n')).toContain(told);
  });

  test('in a file of the project is told with the lines of that file', async () => {
    const folder = temp();
    const head = '---\nname: coder\ndescription: x\n';
    const write = (text: string) =>
      writeFiles(folder, {
        '.troupe/templates/coder.md': text,
        'plan.yaml': 'agents: { it: { template: coder } }\ntasks: [{ id: a, prompt: x }]',
      });
    const told = async () =>
      (await toldLater(() => loadPlan(join(folder, 'plan.yaml')))).lines.join('\n');
    write(`${head}role: { permissins: read }\n---\nHi.`);
    expect(await told()).toContain('did you mean "permissions"?');
    expect(await told()).toContain('coder.md:4:9');
    write(`${head}adapters: { claude: { maxTurns: no } }\n---\nHi.`);
    expect(await told()).toContain('adapters.claude.maxTurns: expected a whole number');
    write(`${head}adapters: { claud: {} }\n---\nHi.`);
    expect(await told()).toContain('there is no adapter "claud"; did you mean "claude"?');
    write('no front matter');
    expect(await told()).toContain('does not begin with front matter');
    write('x'.repeat(300_000));
    expect(await told()).toContain('is larger than 262144 bytes');
    write(`${head}---\nMine.`);
    const mine = await loadPlan(join(folder, 'plan.yaml'));
    expect(mine.roles[0]?.prompt).toBe('Mine.');
  });

  test('is what a template must have', () => {
    const told = toldOf(() => parseRoleTemplate('---\n---\nx', 'a.md', '/place'));
    expect(told.lines.join('\n')).toContain('a.md');
    expect(told.code).toBe('plan.missing');
  });
});

test('a project may name templates, too, and complains of them itself', () => {
  const project = (text: string) => parseProject(text, 'troupe.yaml', '/place');
  const { part } = project('agents: { it: { template: planner, with: { test: x } } }');
  expect(part.agents?.it).toMatchObject({ adapter: 'auto', permissions: 'read' });
  expect(() => project('agents: { it: { template: plan } }')).toThrow(/no template is called/);
});

test('a plan of text alone loads, and names its template with a hash', () => {
  const { roles } = parse('agents: { a: { template: tester } }\ntasks: [{ id: t, prompt: x }]');
  expect(roles[0]?.templateFrom?.sha256).toMatch(/^[0-9a-f]{64}$/);
});

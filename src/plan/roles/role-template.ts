/** A role ready to use: words of a role with a prompt, tuned for each adapter. Pure. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { complainAbout } from '../problems/mistakes.ts';
import { suggest } from '../problems/nearest.ts';
import { PlanError, quote } from '../problems/problem.ts';
import { createReport, type Report } from '../problems/report.ts';
import { whenShapes } from '../shapes/agent-shapes.ts';
import { fileSafeName, text, words } from '../shapes/fields.ts';
import { roleShape, roleShapes } from '../shapes/schema.ts';
import { readMatter } from '../text/front-matter.ts';

const mapOf = (what: string): { readonly error: string } => ({ error: `expected a map ${what}` });
const roleWords = z.record(z.string(), z.unknown(), mapOf('of words of a role'));

const shape = z.strictObject(
  {
    name: fileSafeName('the name of a template'),
    description: words('one line that says what it is for').max(300),
    variables: z
      .record(
        z.string(),
        z.strictObject(
          { default: text().default(''), description: text().default('') },
          mapOf('with default and description'),
        ),
        mapOf('of variables'),
      )
      .default({}),
    role: roleWords.default({}),
    adapters: z.record(z.string(), roleWords, mapOf('of adapters')).default({}),
  },
  mapOf('with name, description and role'),
);

export interface RoleTemplate extends z.output<typeof shape> {
  /** What its agents are told before each task. */
  readonly prompt: string;
  /** Of the whole file. */
  readonly sha256: string;
}

type Words = Readonly<Record<string, unknown>>;
type Adapter = keyof typeof roleShapes;

const adapterDefault = 'auto';

/** Throws a PlanError with everything that is wrong with the file. */
export function parseRoleTemplate(given: string, file: string, folder: string): RoleTemplate {
  const matter = readMatter(given, file, folder);
  if (!matter) throw noMatter(file);
  const { value, source, body } = matter;
  const report = createReport(source);
  const read = shape.safeParse(value);
  if (!read.success) {
    complainAbout(read.error.issues, value, [], report);
    report.throwIfAny();
    throw new TypeError('a template that is wrong has been complained of');
  }
  const sha256 = createHash('sha256').update(given).digest('hex');
  const template = { ...read.data, prompt: body, sha256 };
  for (const adapter of [adapterDefault, ...Object.keys(template.adapters)]) {
    checkWords(template, adapter, report);
  }
  report.throwIfAny();
  return template;
}

function noMatter(file: string): PlanError {
  const message = 'does not begin with front matter between two lines of "---"';
  const problem = { file, line: 1, column: 1, key: '', code: 'template.no-matter', message };
  const hint = 'Begin it as `troupe templates show coder` does.';
  return new PlanError([{ ...problem, fix: 'add name and description' }], 0, hint);
}

/** Each of its words must be one of that adapter's roles. */
function checkWords(template: RoleTemplate, adapter: string, report: Report): void {
  if (!isAdapter(adapter)) {
    const fix = suggest(adapter, Object.keys(roleShapes));
    const said = { message: `there is no adapter ${quote(adapter)}`, fix };
    const path = ['adapters', adapter];
    return report.add({ code: 'plan.unknown-adapter', path, at: 'key', say: () => said });
  }
  const own = template.adapters[adapter] ?? {};
  // What every adapter of its kind must say is said by the role.
  const role = roleShape.safeParse({ run: ['run'], tool: 'tool', model: 'model', ...own, adapter });
  if (!role.success && Object.keys(own).length > 0) {
    const issues = role.error.issues.filter(({ path }) => String(path[0] ?? '') in own);
    complainAbout(issues, { adapters: template.adapters }, ['adapters', adapter], report);
  }
  for (const key of Object.keys(template.role)) {
    if (!allWords.includes(key)) report.add(strangeWord(key));
  }
}

const allWords = [...new Set(Object.values(roleShapes).flatMap(({ shape }) => Object.keys(shape)))];

function strangeWord(key: string) {
  const said = { message: `there is no key ${quote(key)} here`, fix: suggest(key, allWords) };
  return { code: 'plan.unknown-key', path: ['role', key], at: 'key' as const, say: () => said };
}

const isAdapter = (name: string): name is Adapter => Object.hasOwn(roleShapes, name);

/**
 * The words of a role: its own, else those for its adapter, else the template's; of prompts, the
 * adapter's stands after the template's. What an adapter does not know is left out; agents that
 * only pretend have nothing that could be checked.
 */
export function composeRole(template: RoleTemplate, own: Words, given: Words): Words {
  const adapter = String(own.adapter ?? template.role.adapter ?? adapterDefault);
  const known = isAdapter(adapter) ? Object.keys(roleShapes[adapter].shape) : [];
  const isPretended = adapter === 'simulated';
  const { prompt: told = '', ...tuned } = template.adapters[adapter] ?? {};
  const offered = Object.entries({ ...template.role, ...tuned }).filter(
    ([key]) => known.includes(key) && !(isPretended && key === 'verify'),
  );
  const values = Object.fromEntries(
    Object.entries(template.variables).map(([name, { default: unset }]) => [name, unset]),
  );
  const filled = fillIn(Object.fromEntries(offered), { ...values, ...given }) as Words;
  const prompt = promptOf(`${template.prompt}\n\n${told}`, { ...values, ...given });
  const more = adapter === adapterDefault ? limitsByChoice(template) : {};
  return { adapter, ...(prompt !== '' && { prompt }), ...filled, ...more, ...own };
}

/** Who will play it is not known yet: the limits of each go along. */
function limitsByChoice({ adapters }: RoleTemplate): Words {
  const entries = Object.entries(whenShapes).map(([name, { shape }]) => {
    const limits = Object.entries(adapters[name] ?? {}).filter(([key]) => key in shape);
    return [name, Object.fromEntries(limits)] as const;
  });
  const said = entries.filter(([, limits]) => Object.keys(limits).length > 0);
  return said.length === 0 ? {} : { when: Object.fromEntries(said) };
}

const variable = /\{\{\s*with\.([\w-]+)\s*\}\}/g;

const valueIn = (values: Words, name: string): string => String(values[name] ?? '');

/** Whether it names a variable that nobody has given a value. */
function isOpen(value: unknown, values: Words): boolean {
  const named = [...JSON.stringify(value).matchAll(variable)];
  return named.some(([, name = '']) => valueIn(values, name) === '');
}

/** A check that names what nobody said is none. */
function fillIn(value: unknown, values: Words): unknown {
  if (typeof value === 'string') {
    return value.replace(variable, (_, name: string) => valueIn(values, name));
  }
  if (Array.isArray(value)) {
    const kept = value.filter((each) => typeof each !== 'object' || !isOpen(each, values));
    return kept.map((each) => fillIn(each, values));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [key, fillIn(each, values)] as const);
  return Object.fromEntries(entries);
}

/** Without the lines that name what nobody said. */
function promptOf(prompt: string, values: Words): string {
  const lines = prompt.split('\n').filter((line) => !isOpen(line, values));
  return String(fillIn(lines.join('\n'), values))
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** The names of variables that it does not have. */
export function strangeVariables({ variables }: RoleTemplate, given: Words): readonly string[] {
  return Object.keys(given).filter((name) => !Object.hasOwn(variables, name));
}

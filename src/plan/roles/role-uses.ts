/** Roles that a plan makes of templates: written out, pinned, and their checks given to tasks. */
import { isUserError } from '../../kernel/user-error.ts';
import type { Plan, TemplatePin } from '../plan.ts';
import { suggest } from '../problems/nearest.ts';
import { type Path, quote } from '../problems/problem.ts';
import type { Report } from '../problems/report.ts';
import type { RoleShelf } from './role-shelf.ts';
import { composeRole, type RoleTemplate, strangeVariables } from './role-template.ts';

type Words = Readonly<Record<string, unknown>>;

interface Filled {
  readonly document: unknown;
  readonly pins: ReadonlyMap<string, TemplatePin>;
}

const isMap = (value: unknown): value is Words =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The document with every role written out; mistakes are in the report. */
export function fillRoles(document: unknown, open: () => RoleShelf, report: Report): Filled {
  const pins = new Map<string, TemplatePin>();
  if (!isMap(document) || !isMap(document.agents)) return { document, pins };
  const { agents, tasks } = document;
  const isUsed = Object.values(agents).some((role) => isMap(role) && 'template' in role);
  const shelf = isUsed ? open() : null;
  const entries = Object.entries(agents).map(([name, role]) => {
    if (!shelf || !isMap(role) || !('template' in role)) return [name, role] as const;
    const found = templateFor(role.template, shelf, ['agents', name], report);
    if (found) pins.set(name, { name: found.name, sha256: found.sha256 });
    return [name, found ? writtenOut(role, found, ['agents', name], report) : bare(role)] as const;
  });
  const roles = Object.fromEntries(entries);
  return { document: { ...document, agents: roles, ...checked(tasks, roles) }, pins };
}

/** What can be said of a role whose template is not known: enough to go on looking. */
function bare({ template: _, with: __, ...own }: Words): Words {
  return { adapter: 'auto', ...own };
}

function templateFor(
  name: unknown,
  shelf: RoleShelf,
  path: Path,
  report: Report,
): RoleTemplate | null {
  const at = [...path, 'template'];
  try {
    const found = typeof name === 'string' ? shelf.find(name) : null;
    if (found) return found;
    const shown = typeof name === 'string' ? quote(name) : 'that';
    const fix = suggest(String(name), shelf.names());
    const said = { message: `no template is called ${shown}`, fix };
    report.add({ code: 'plan.unknown-template', path: at, say: () => said });
  } catch (error) {
    if (!isUserError(error)) throw error;
    const { code, message, hint: fix } = error;
    report.add({ code, path: at, say: () => ({ message, fix }) });
  }
  return null;
}

function writtenOut(role: Words, template: RoleTemplate, path: Path, report: Report): Words {
  const { template: _, with: values = {}, ...own } = role;
  if (!isMap(values) || !Object.values(values).every((value) => typeof value === 'string')) {
    const said = { message: 'expected a map of variables to texts', fix: 'test: npm test' };
    report.add({ code: 'plan.bad-value', path: [...path, 'with'], say: () => said });
    return bare(role);
  }
  for (const name of strangeVariables(template, values)) {
    const known = Object.keys(template.variables);
    const fix = suggest(name, known) || 'it has none';
    const message = `the template ${quote(template.name)} has no variable ${quote(name)}`;
    const at = { path: [...path, 'with', name], at: 'key' } as const;
    report.add({ code: 'plan.unknown-variable', ...at, say: () => ({ message, fix }) });
  }
  return composeRole(template, own, values);
}

/** A task without checks of its own has those of its role. */
function checked(tasks: unknown, roles: Words): { readonly tasks?: unknown } {
  if (!Array.isArray(tasks)) return tasks === undefined ? {} : { tasks };
  const [only, ...others] = Object.keys(roles);
  const filled = tasks.map((task) => {
    if (!isMap(task) || task.verify !== undefined) return task;
    const name = task.agent ?? (others.length === 0 ? only : undefined);
    const role = typeof name === 'string' && Object.hasOwn(roles, name) ? roles[name] : null;
    if (!isMap(role) || role.verify === undefined) return task;
    return { ...task, verify: role.verify };
  });
  return { tasks: filled };
}

export function pinTemplates(plan: Plan, pins: ReadonlyMap<string, TemplatePin>): Plan {
  if (pins.size === 0) return plan;
  const roles = plan.roles.map((role) => {
    const templateFrom = pins.get(role.name);
    return templateFrom ? { ...role, templateFrom } : role;
  });
  return { ...plan, roles };
}

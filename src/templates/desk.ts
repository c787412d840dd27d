/** What a person asks of the templates of roles: which there are, what they say, to use one. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { isUserError, UserError } from '../kernel/user-error.ts';
import { suggest } from '../plan/problems/nearest.ts';
import { withRole } from '../plan/project/project-edit.ts';
import { projectFileName } from '../plan/project/project-file.ts';
import { type FoundTemplate, openRoleShelf, templatesFolder } from '../plan/roles/role-shelf.ts';
import { composeRole, strangeVariables } from '../plan/roles/role-template.ts';
import { ensureFolder, writeWhole } from '../runs/disk.ts';
import { testCommandIn } from './toolchain.ts';

export interface TemplateRow {
  readonly name: string;
  readonly description: string;
  /** `project`: its own, in place of ours where we have one of that name. */
  readonly from: FoundTemplate['from'];
  readonly variables: readonly string[];
  /** What is wrong with it; null: nothing. */
  readonly problem: string | null;
}

export interface TemplateView extends Omit<FoundTemplate, 'role' | 'adapters'> {
  readonly adapter: string;
  /** As a plan would say it. */
  readonly role: Readonly<Record<string, unknown>>;
}

export interface UseOptions {
  /** What the role is called. Default: as the template. */
  readonly as?: string;
  readonly adapter?: string;
  readonly with?: Readonly<Record<string, string>>;
}

export interface UsedTemplate {
  readonly role: string;
  /** Absolute. */
  readonly file: string;
  readonly words: Readonly<Record<string, unknown>>;
}

export class TemplateDesk {
  readonly #cwd: string;

  constructor({ cwd }: Pick<Config, 'cwd'>) {
    this.#cwd = cwd;
  }

  /** By name. One that is not as it should be says so, and hides no other. */
  list(): readonly TemplateRow[] {
    const shelf = openRoleShelf(this.#cwd);
    return shelf.names().map((name) => {
      try {
        const { description, from, variables } = this.#find(name);
        return { name, description, from, variables: Object.keys(variables), problem: null };
      } catch (error) {
        if (!isUserError(error)) throw error;
        const { message: problem } = error;
        return { name, description: '', from: 'project' as const, variables: [], problem };
      }
    });
  }

  show(name: string, { adapter, with: values = {} }: Omit<UseOptions, 'as'> = {}): TemplateView {
    const { role: _, adapters: __, ...found } = this.#find(name);
    this.#refuseStrange(name, values);
    const own = adapter === undefined ? {} : { adapter };
    const role = composeRole(this.#find(name), own, values);
    return { ...found, adapter: String(role.adapter), role };
  }

  /** Puts a role made of it into `troupe.yaml`, where every plan may name it. */
  use(name: string, { as = name, adapter, with: given = {} }: UseOptions = {}): UsedTemplate {
    const { variables } = this.#find(name);
    this.#refuseStrange(name, given);
    const values = { ...this.#known(Object.keys(variables)), ...given };
    const words = {
      template: name,
      ...(adapter !== undefined && { adapter }),
      ...(Object.keys(values).length > 0 && { with: values }),
    };
    const file = join(this.#cwd, projectFileName);
    const before = existsSync(file) ? readFileSync(file, 'utf8') : null;
    writeWhole(file, withRole(before, { name: as, words }, this.#cwd));
    return { role: as, file, words };
  }

  /** A copy to be changed: from now on it stands in place of ours. Returns its file. */
  copy(name: string): string {
    const { text } = this.#find(name);
    const folder = join(this.#cwd, templatesFolder);
    if (!existsSync(folder) || !statSync(folder).isDirectory()) {
      ensureFolder(join(folder, '..'));
      ensureFolder(folder);
    }
    const file = join(folder, `${name}.md`);
    try {
      writeFileSync(file, text, { flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const hint = 'change that one, or take it away first';
      throw new UserError('template.exists', `${file} is there already`, hint);
    }
    return file;
  }

  #find(name: string): FoundTemplate {
    const shelf = openRoleShelf(this.#cwd);
    const found = shelf.find(name);
    if (found) return found;
    const near = suggest(name, shelf.names());
    const message = `no template is called "${name}"${near === '' ? '' : `; ${near}`}`;
    throw new UserError('template.unknown', message, 'see all: troupe templates list');
  }

  #refuseStrange(name: string, values: Readonly<Record<string, string>>): void {
    const { variables, ...template } = this.#find(name);
    const [strange] = strangeVariables({ ...template, variables }, values);
    if (strange === undefined) return;
    const near = suggest(strange, Object.keys(variables)) || 'it has none';
    const message = `the template "${name}" has no variable "${strange}"; ${near}`;
    throw new UserError('template.no-variable', message, `see it: troupe templates show ${name}`);
  }

  /** What this repository itself says of how it is tested. */
  #known(variables: readonly string[]): Readonly<Record<string, string>> {
    const test = variables.includes('test') ? testCommandIn(this.#cwd) : null;
    return test === null ? {} : { test };
  }
}

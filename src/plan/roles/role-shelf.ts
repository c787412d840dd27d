/** Where templates of roles are found: those of the project, else the ones that Troupe brings. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../kernel/user-error.ts';
import { parseRoleTemplate, type RoleTemplate } from './role-template.ts';

export interface RoleShelf {
  readonly names: () => readonly string[];
  /** Null when there is none of that name. Throws a PlanError when it is not as it should be. */
  readonly find: (name: string) => FoundTemplate | null;
}

export interface FoundTemplate extends RoleTemplate {
  readonly file: string;
  readonly from: 'project' | 'troupe';
  readonly text: string;
}

export const templatesFolder = join('.troupe', 'templates');
const ending = '.md';
const bytesMax = 256 * 1024;
const levelsMax = 8;

/** Those of the nearest folder above that has some stand before ours. Null: only ours. */
export function openRoleShelf(folder: string | null): RoleShelf {
  const own = folder === null ? null : nearestAbove(folder, templatesFolder);
  const places = [
    ...(own === null ? [] : [{ at: own, from: 'project' as const }]),
    { at: builtInFolder(), from: 'troupe' as const },
  ];
  return {
    names: () => [...new Set(places.flatMap(({ at }) => namesIn(at)))].sort(),
    find: (name) => {
      const place = places.find(({ at }) => namesIn(at).includes(name));
      return place ? readTemplate(place.at, name, place.from) : null;
    },
  };
}

function readTemplate(folder: string, name: string, from: FoundTemplate['from']): FoundTemplate {
  const file = join(folder, `${name}${ending}`);
  if (statSync(file).size > bytesMax) {
    const hint = 'make its prompt shorter';
    throw new UserError('template.too-large', `${file} is larger than ${bytesMax} bytes`, hint);
  }
  const text = readFileSync(file, 'utf8');
  return { ...parseRoleTemplate(text, file, folder), name, file, from, text };
}

function namesIn(folder: string): readonly string[] {
  const files = readdirSync(folder, { withFileTypes: true });
  const texts = files.filter((entry) => entry.isFile() && entry.name.endsWith(ending));
  return texts.map((entry) => entry.name.slice(0, -ending.length));
}

function nearestAbove(folder: string, wanted: string): string | null {
  const here = join(folder, wanted);
  if (existsSync(here) && statSync(here).isDirectory()) return here;
  const above = dirname(folder);
  return above === folder ? null : nearestAbove(above, wanted);
}

/** Beside the sources, and in the package, which keeps them there. */
function builtInFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let up = 0; up < levelsMax; up += 1) {
    const found = join(folder, 'src', 'templates', 'roles');
    if (existsSync(found)) return found;
    folder = dirname(folder);
  }
  const hint = 'install troupe again';
  throw new UserError('template.lost', 'the templates of this installation are not there', hint);
}

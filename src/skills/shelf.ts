/** Where skills are found: in the project, then in the user's home; the first of a name counts. */
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { isUserError } from '../kernel/user-error.ts';
import { readSkillFolder, type SkillFolder } from './skill-folder.ts';

export type SkillPlace = 'project' | 'home';

export type FoundSkill =
  | { readonly kind: 'sound'; readonly place: SkillPlace; readonly skill: SkillFolder }
  | {
      readonly kind: 'broken';
      readonly place: SkillPlace;
      readonly name: string;
      readonly path: string;
      readonly problem: string;
    };

export type Ground = Pick<Config, 'cwd' | 'environment'>;

/** Where those are kept that were added. */
export const installedFolder = join('.troupe', 'skills');
const skillsMax = 200;

function placesOf({ cwd, environment }: Ground) {
  const home = environment.HOME ?? environment.USERPROFILE;
  const inside = [installedFolder, join('.claude', 'skills')];
  const own = [...inside, 'skills'].map((name) => ({ at: join(cwd, name), place: 'project' }));
  const users = inside.map((name) => ({ at: join(home ?? cwd, name), place: 'home' }));
  return (home === undefined || home === cwd ? own : [...own, ...users]) as readonly {
    readonly at: string;
    readonly place: SkillPlace;
  }[];
}

/** By name; one that is broken says so, and hides no other. */
export function findSkills(ground: Ground): readonly FoundSkill[] {
  const found = new Map<string, FoundSkill>();
  for (const { at, place } of placesOf(ground)) {
    for (const name of foldersIn(at).slice(0, skillsMax)) {
      const one = read(join(at, name), name, place);
      const key = one.kind === 'sound' ? one.skill.name : name;
      if (!found.has(key)) found.set(key, one);
    }
  }
  return [...found.entries()]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, each]) => each);
}

function read(path: string, name: string, place: SkillPlace): FoundSkill {
  try {
    return { kind: 'sound', place, skill: readSkillFolder(path) };
  } catch (error) {
    const problem = isUserError(error)
      ? error.message
      : `can't be read: ${(error as Error).message}`;
    return { kind: 'broken', place, name, path, problem };
  }
}

/** A link to a folder is listed, and then refused with its reason. */
function foldersIn(at: string): readonly string[] {
  if (!lstatSync(at, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(at, { withFileTypes: true })
    .filter((entry) => !entry.isFile() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
}

/** The skills of a run, frozen when it begins: what changes on disk later changes no run. */
import type { Config } from '../config.ts';
import { UserError } from '../kernel/user-error.ts';
import type { Plan } from '../plan/plan.ts';
import { suggest } from '../plan/problems/nearest.ts';
import type { RunSkill } from '../runs/folder.ts';
import { findSkills } from './shelf.ts';

/** To choose from by likeness; a project with more says in its roles which are meant. */
const candidatesMax = 50;

/** Nothing is looked at for a plan that asks for none. Throws for a skill that is not there. */
export function skillsFor(plan: Plan, config: Config): { readonly skills?: readonly RunSkill[] } {
  const asking = plan.roles.filter(({ skills }) => skills !== undefined);
  if (asking.length === 0) return {};
  const found = findSkills(config);
  const sound = found.flatMap((each) => (each.kind === 'sound' ? [each.skill] : []));
  const named = new Set(asking.flatMap(({ skills }) => (skills === 'auto' ? [] : (skills ?? []))));
  for (const name of named) {
    if (sound.some((skill) => skill.name === name)) continue;
    const broken = found.find((each) => each.kind === 'broken' && each.name === name);
    if (broken?.kind === 'broken') throw new UserError('skill.broken', broken.problem, 'mend it');
    throw unknown(
      name,
      sound.map((skill) => skill.name),
    );
  }
  const isAuto = asking.some(({ skills }) => skills === 'auto');
  const others = isAuto ? sound.filter(({ name }) => !named.has(name)).slice(0, candidatesMax) : [];
  const all = [...sound.filter(({ name }) => named.has(name)), ...others];
  const skills = all.map(({ path: folder, name, description, body, sha256 }) => {
    return { name, description, body, sha256, folder };
  });
  return { skills };
}

function unknown(name: string, known: readonly string[]): UserError {
  const near = suggest(name, known) || 'there is none yet';
  const message = `no skill is called "${name}"; ${near}`;
  return new UserError('skill.unknown', message, 'see all: troupe skills list');
}

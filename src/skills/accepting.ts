/** Turns a draft into a skill of the project, once a person or a check has accepted it. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { UserError } from '../kernel/user-error.ts';
import { checkDraft } from './checking.ts';
import { install } from './installing.ts';
import { draftsFolder } from './learning.ts';
import { type Accepted, readLock, writeLock } from './lockfile.ts';
import { installedFolder } from './shelf.ts';
import { skillFile } from './skill.ts';
import { readSkillFolder } from './skill-folder.ts';

export interface Acceptance {
  readonly name: string;
  readonly path: string;
  readonly accepted: Accepted;
}

/** What was looked at is what is kept: a draft that changes meanwhile is not accepted. */
export async function acceptDraft(
  name: string,
  check: string | null,
  config: Config,
): Promise<Acceptance> {
  const { cwd } = config;
  const path = join(cwd, draftsFolder, name);
  if (!/^[a-z0-9-]+$/.test(name) || !existsSync(join(path, skillFile))) {
    const message = `there is no draft called ${JSON.stringify(name)}`;
    throw new UserError('skill.no-draft', message, 'make one: troupe skills learn --from RUN');
  }
  const skill = readSkillFolder(path);
  const to = join(cwd, installedFolder, skill.name);
  if (existsSync(to)) throw taken(skill.name);
  if (check !== null) {
    await checkDraft(check, { name: skill.name, path }, config);
    if (readSkillFolder(path).sha256 !== skill.sha256) throw changed(path);
  }
  install(skill, to);
  const accepted: Accepted = check === null ? { by: 'person' } : { by: 'check', check };
  const entry = { source: 'learned', sha256: skill.sha256, accepted };
  writeLock(cwd, { ...readLock(cwd), [skill.name]: entry });
  rmSync(path, { recursive: true, force: true });
  return { name: skill.name, path: to, accepted };
}

function taken(name: string): UserError {
  const hint = 'remove that one first, or change the name in the draft';
  return new UserError('skill.exists', `there is a skill "${name}" already`, hint);
}

function changed(path: string): UserError {
  const message = `${path} was changed while it was checked: what was accepted is not there`;
  return new UserError('skill.changed', message, 'accept it again');
}

/** Reads the folder of a skill, and nothing outside of it: no link is followed, all is bounded. */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../kernel/user-error.ts';
import { parseSkill, type Skill, skillBytesMax, skillFile } from './skill.ts';

export interface SkillFolder extends Skill {
  /** Absolute. */
  readonly path: string;
  readonly files: readonly SkillPart[];
  /** Of the names and contents of all its files. */
  readonly sha256: string;
}

export interface SkillPart {
  /** Inside the folder, with `/`. */
  readonly name: string;
  readonly content: Buffer;
}

const filesMax = 200;
const bytesMax = 8 * 1024 * 1024;
const depthMax = 8;

/** Throws a UserError that says what is wrong with it. */
export function readSkillFolder(path: string): SkillFolder {
  const files = readFiles(path);
  const main = files.find(({ name }) => name === skillFile);
  const file = join(path, skillFile);
  if (!main) throw refused(path, `has no ${skillFile}`, 'not-there');
  if (main.content.length > skillBytesMax) {
    throw refused(path, `has a ${skillFile} of more than ${skillBytesMax} bytes`, 'too-large');
  }
  const skill = parseSkill(main.content.toString('utf8'), file, path);
  return { ...skill, path, files, sha256: hashOf(files) };
}

function readFiles(top: string): readonly SkillPart[] {
  const files: SkillPart[] = [];
  let bytes = 0;
  const visit = (folder: string, inside: string, depth: number): void => {
    if (depth > depthMax) throw refused(top, `is deeper than ${depthMax} folders`, 'too-large');
    for (const entry of readdirSync(folder).sort()) {
      if (entry === '.git') continue;
      const [path, name] = [join(folder, entry), inside === '' ? entry : `${inside}/${entry}`];
      const status = lstatSync(path);
      if (status.isDirectory()) visit(path, name, depth + 1);
      else if (!status.isFile())
        throw refused(top, `has ${shown(name)}, which is a link or no file`, 'link');
      else {
        bytes += status.size;
        if (bytes > bytesMax) throw refused(top, `holds more than ${bytesMax} bytes`, 'too-large');
        if (files.length >= filesMax)
          throw refused(top, `has more than ${filesMax} files`, 'too-large');
        files.push({ name, content: readFileSync(path) });
      }
    }
  };
  const status = lstatSync(top, { throwIfNoEntry: false });
  if (!status?.isDirectory()) throw refused(top, 'is no folder', 'not-there');
  visit(top, '', 0);
  return files;
}

function hashOf(files: readonly SkillPart[]): string {
  const hash = createHash('sha256');
  for (const { name, content } of files) {
    hash.update(`${JSON.stringify(name)} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

const shown = (name: string): string => JSON.stringify(name.slice(0, 80));

function refused(path: string, why: string, code: string): UserError {
  const message = `the skill ${shown(basename(path))} ${why}`;
  return new UserError(`skill.${code}`, message, 'mend it, or leave it out');
}

/** Puts a skill where it belongs: whole or not at all, and never as a program. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SkillFolder } from './skill-folder.ts';

/** What was read is written, not what lies there by now. */
export function install({ files }: SkillFolder, to: string): void {
  const draft = `${to}.draft`;
  const old = `${to}.old`;
  rmSync(draft, { recursive: true, force: true });
  for (const { name, content } of files) {
    const path = join(draft, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content, { mode: 0o644 });
  }
  rmSync(old, { recursive: true, force: true });
  try {
    renameSync(to, old);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  renameSync(draft, to);
  rmSync(old, { recursive: true, force: true });
}

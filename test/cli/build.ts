/** The command line as it is shipped, built once for all the tests that start it. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const roots = ['cli', 'src', 'machines', 'memory', 'package.json', 'rolldown.config.mjs'];
const builds = resolve('.scratch/test-cli');

/** Changes with the sources. */
function stamp(): string {
  const hash = createHash('sha256');
  for (const root of roots) {
    const names = statSync(root).isDirectory()
      ? readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => join(root, name))
      : [root];
    for (const name of names.sort()) hash.update(`${name} ${statSync(name).mtimeMs}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

const dayMs = 24 * 60 * 60 * 1_000;

function forgetOld(): void {
  if (!existsSync(builds)) return;
  for (const name of readdirSync(builds)) {
    const path = join(builds, name);
    if (Date.now() - statSync(path).mtimeMs > dayMs) rmSync(path, { recursive: true, force: true });
  }
}

/**
 * The path of `main.js`. Two test files that build at once both build, and the first to be done
 * gives the folder its name: that is cheaper than a lock, and nobody waits for the dead.
 */
export function buildCli(): string {
  const folder = join(builds, stamp());
  const main = join(folder, 'cli/main.js');
  if (existsSync(main)) return main;
  forgetOld();
  const draft = `${folder}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  const rolldown = resolve('node_modules/.bin/rolldown');
  execFileSync(rolldown, ['-c', '-d', draft, '--log-level', 'warn'], { stdio: 'pipe' });
  try {
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(main)) throw error;
  }
  return main;
}

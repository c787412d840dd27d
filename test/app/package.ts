/** The package as people install it: built fresh, in its own folder, linked where it is used. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join, resolve } from 'node:path';

export interface Package {
  readonly folder: string;
  /** What `npx troupe` starts. */
  readonly cli: string;
  readonly library: string;
  readonly remove: () => void;
}

/** Below the repository, so that its packages are found; nobody else's `dist` is touched. */
export function buildPackage(): Package {
  mkdirSync('.scratch', { recursive: true });
  const folder = mkdtempSync(resolve('.scratch', 'package-'));
  copyFileSync('package.json', join(folder, 'package.json'));
  symlinkSync(resolve('examples'), join(folder, 'examples'));
  const words = ['-c', '--log-level', 'warn', '--dir', join(folder, 'dist')];
  const built = spawnSync(resolve('node_modules/.bin/rolldown'), words, { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`${built.stdout}${built.stderr}`);
  const [cli, library] = [join(folder, 'dist/cli/main.js'), join(folder, 'dist/src/index.js')];
  chmodSync(cli, 0o755);
  return { folder, cli, library, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** As `npm install` would leave a folder: the package, its command, and what it depends on. */
export function installIn(place: string, { folder, cli }: Package): void {
  const modules = join(place, 'node_modules');
  mkdirSync(join(modules, '.bin'), { recursive: true });
  symlinkSync(folder, join(modules, 'troupe'));
  symlinkSync(cli, join(modules, '.bin', 'troupe'));
  for (const name of readdirSync('node_modules')) {
    if (name.startsWith('.') || name === 'troupe') continue;
    symlinkSync(resolve('node_modules', name), join(modules, name));
  }
}

/** The packages of others, installed into the bench's own folder and only when asked for. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchFolder } from './build.mjs';
import { exec } from './child.mjs';

const { dependencies } = JSON.parse(readFileSync(join(benchFolder, 'package.json'), 'utf8'));
const names = Object.keys(dependencies);

export const hasPeers = () =>
  names.every((name) => existsSync(join(benchFolder, 'node_modules', name)));

/** `p-queue 9.3.5` by name. */
export const peerVersions = () =>
  Object.fromEntries(names.map((name) => [name, `${name} ${dependencies[name]}`]));

export async function installPeers() {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = ['install', '--no-audit', '--no-fund', '--no-package-lock'];
  const { code, stderr } = await exec(npm, args, { cwd: benchFolder });
  if (code !== 0) throw new Error(`the peers could not be installed:\n${stderr}`);
}

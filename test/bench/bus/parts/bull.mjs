/** BullMQ, installed beside the bench when it is first asked for; no script of it is run then. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { benchFolder } from '../../lib/build.mjs';
import { exec } from '../../lib/child.mjs';

const folder = join(benchFolder, 'node_modules/.queue');
const dependencies = { bullmq: '6.7.0', ioredis: '6.0.0' };

export const bullVersion = `BullMQ ${dependencies.bullmq}`;

export async function installBull() {
  if (existsSync(join(folder, 'node_modules/bullmq'))) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  const { code, stderr } = await exec('npm', args, { cwd: folder });
  if (code !== 0) throw new Error(`BullMQ could not be installed:\n${stderr}`);
}

export const loadBull = () =>
  import(pathToFileURL(createRequire(join(folder, 'x.js')).resolve('bullmq')).href);

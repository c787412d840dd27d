/** The package as people get it: packed, and installed with all it needs into an empty folder. */
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../lib/build.mjs';
import { exec } from '../lib/child.mjs';
import { row } from '../lib/row.mjs';
import { scratchFolder } from '../lib/scratch.mjs';

export const title = 'Installed size and time';

const sizeMaxMb = 150;
const timeMaxS = 60;
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

export async function run() {
  const folder = scratchFolder();
  const target = join(folder, 'empty');
  mkdirSync(target);
  writeFileSync(join(target, 'package.json'), '{ "private": true }');
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const [{ filename, size }] = JSON.parse(await checked(args, repository));
  const start = performance.now();
  await checked(
    ['install', '--omit=dev', '--no-audit', '--no-fund', join(folder, filename)],
    target,
  );
  const seconds = (performance.now() - start) / 1_000;
  const judged = { atMost: true };
  return [
    row({ what: 'packed', unit: 'kB', samples: [size / 1_000] }),
    row({
      what: 'installed',
      unit: 'MB',
      samples: [sizeOf(target) / 1e6],
      target: sizeMaxMb,
      ...judged,
    }),
    row({ what: 'npm install', unit: 's', samples: [seconds], target: timeMaxS, ...judged }),
  ];
}

async function checked(args, cwd) {
  const { code, stdout, stderr } = await exec(npm, args, { cwd });
  if (code !== 0) throw new Error(`npm ${args.join(' ')} failed:\n${stderr}`);
  return stdout;
}

function sizeOf(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0);
}

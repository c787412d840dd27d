/** A sub-agent without a model: it describes the files of the folder that it is asked about. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const [, folder = '.'] = /folder: (.+)/.exec(await text(process.stdin)) ?? [];
const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
const rows = files.map(({ name }) => {
  const lines = readFileSync(join(folder, name), 'utf8').split('\n');
  const [, says = ''] = /^\W*(\w.*?)\W*$/.exec(lines[0] ?? '') ?? [];
  return `- \`${name}\`, ${lines.length - 1} lines${says === '' ? '' : `: ${says}`}`;
});
console.log([`## ${folder}`, '', ...rows].join('\n'));

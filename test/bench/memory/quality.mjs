/** How often the right task is found: ours beside what it is made of, on two sets. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repository } from '../lib/build.mjs';
import { exec } from '../lib/child.mjs';
import { row } from '../lib/row.mjs';
import { scratchFolder } from '../lib/scratch.mjs';

export const title = 'Quality: recall@1, hit@5 and MRR of the labelled set';

export async function run() {
  const { compareAll, holdOutSets } = await load();
  const rows = [];
  for (const count of [0, 1_000]) {
    const compared = [...(await compareAll(count)), ...(await compareAll(count, holdOutSets))];
    for (const { method, set, recallAt1, hitAt5, mrr } of compared) {
      const note = `recall@1 ${recallAt1.toFixed(2)}, hit@5 ${hitAt5.toFixed(2)}`;
      const what = `${set}, ${count} distractors: ${method}`;
      rows.push(row({ what, unit: 'MRR', samples: [mrr], note }));
    }
  }
  return rows;
}

/** The set and its methods are tests: they are bundled for this alone. */
async function load() {
  const file = join(scratchFolder(), 'compare.mjs');
  const bundler = join(repository, 'node_modules/rolldown/bin/cli.mjs');
  const source = './test/memory/quality/compare.ts';
  const words = [bundler, source, '-f', 'esm', '--platform', 'node', '-o', file];
  const { code, stdout } = await exec(process.execPath, words, { cwd: repository });
  if (code !== 0) throw new Error(`the quality set does not build:\n${stdout}`);
  process.chdir(repository);
  return import(pathToFileURL(file).href);
}

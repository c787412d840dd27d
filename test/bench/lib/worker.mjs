/** The child's side: warms a subject up, runs it a few times, and prints the median as JSON. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { benchFolder } from './build.mjs';
import { median } from './statistics.mjs';

const [name, json] = process.argv.slice(2);
const { warmUps = [], repetitions = 1, ...args } = JSON.parse(json);
const subject = await import(pathToFileURL(join(benchFolder, 'subjects', `${name}.mjs`)).href);

for (const smaller of warmUps) await subject.run({ ...args, ...smaller });
const answers = [];
for (let count = 0; count < repetitions; count += 1) {
  globalThis.gc?.();
  answers.push(await subject.run(args));
}

/** Every number an answer holds, each as the median over the repetitions. */
const summary = Object.fromEntries(
  Object.keys(answers[0]).map((key) => [key, median(answers.map((answer) => answer[key]))]),
);
const rssMb = process.resourceUsage().maxRSS / 1024;
process.stdout.write(`${JSON.stringify({ ...summary, rssMb })}\n`, () => process.exit(0));

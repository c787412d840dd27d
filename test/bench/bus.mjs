/** `npm run bench:bus`: what the buses carry, against the raw libraries under them. */
import { parseArgs } from 'node:util';
import { buildEngine } from './lib/build.mjs';
import { describeMachine, machineLine } from './lib/machine.mjs';
import { asText } from './lib/table.mjs';

const names = ['exchange', 'latency'];

const help = `npm run bench:bus -- [options]

  --quick        smaller sizes: about a minute
  --only NAME    one of ${names.join(', ')}; may be given more than once
  --json         one JSON object on stdout, and nothing else there`;

const options = {
  quick: { type: 'boolean', default: false },
  only: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

async function main({ quick, only = names, json, help: wantsHelp }) {
  if (wantsHelp) return print(help);
  await buildEngine();
  const machine = describeMachine();
  if (!json) print(machineLine(machine));
  const results = [];
  for (const name of only) {
    const { title, run } = await import(`./bus/${name}.mjs`);
    const rows = await run({ quick });
    results.push({ name, title, rows });
    if (!json) print(asText(title, rows));
  }
  if (json) print(JSON.stringify({ machine, quick, results }, null, 2));
}

const print = (text) => process.stdout.write(`${text}\n`);

await main(parseArgs({ options }).values);
// Threads and servers that a figure needed are nobody's concern any more.
process.exit();

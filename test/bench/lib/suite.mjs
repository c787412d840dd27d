/** The benches of one folder as a command of its own: which of them, how large, and how told. */
import { parseArgs } from 'node:util';
import { buildEngine } from './build.mjs';
import { describeMachine, machineLine } from './machine.mjs';
import { asText } from './table.mjs';

const options = {
  quick: { type: 'boolean', default: false },
  only: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

const helpOf = (script, names) => `npm run ${script} -- [options]

  --quick        smaller sizes: about a minute
  --only NAME    one of ${names.join(', ')}; may be given more than once
  --json         one JSON object on stdout, and nothing else there`;

/** `load` answers the module of a bench by its name. Ends the process. */
export async function runSuite({ script, names, load }) {
  await main(parseArgs({ options }).values, { script, names, load });
  // Threads and servers that a figure needed are nobody's concern any more.
  process.exit();
}

async function main({ quick, only, json, help }, { script, names, load }) {
  if (help) return print(helpOf(script, names));
  await buildEngine();
  const machine = describeMachine();
  if (!json) print(machineLine(machine));
  const results = [];
  for (const name of only ?? names) {
    const { title, run } = await load(name);
    const rows = await run({ quick });
    results.push({ name, title, rows });
    if (!json) print(asText(title, rows));
  }
  if (json) print(JSON.stringify({ machine, quick, results }, null, 2));
}

const print = (text) => process.stdout.write(`${text}\n`);

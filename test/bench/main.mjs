/** `npm run bench`: measures Troupe beside its baselines and prints, writes or judges the figures. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchFolder, buildEngine } from './lib/build.mjs';
import { describeMachine, machineLine } from './lib/machine.mjs';
import { hasPeers, installPeers } from './lib/peers.mjs';
import { asMarkdown, asText } from './lib/table.mjs';

const names = [
  'kernel',
  'spawn',
  'plans',
  'scaling',
  'level-6',
  'cold-start',
  'replay',
  'simulate',
  'verify',
  'dashboard',
];

const help = `npm run bench -- [options]

  --quick        smaller sizes and fewer rounds: under a minute
  --only NAME    one of ${names.join(', ')}, install; may be given more than once
  --install      also pack the package and install it into an empty folder
  --peers        first install the packages of others that plans are compared with
  --json         one JSON object on stdout, and nothing else there
  --write        put the tables into test/bench/README.md
  --strict       exit with 1 when a target is missed by more than the noise`;

const flag = { type: 'boolean', default: false };
const options = {
  quick: flag,
  only: { type: 'string', multiple: true },
  install: flag,
  peers: flag,
  json: flag,
  write: flag,
  strict: flag,
  help: flag,
};

/** The exit code. */
async function main(chosen) {
  const { quick, json, strict, write } = chosen;
  if (chosen.help) return print(help) ?? 0;
  if (chosen.peers) await installPeers();
  await buildEngine();
  const machine = describeMachine();
  if (!json) print(intro(machine, quick));
  const results = [];
  for (const name of chosen.only ?? [...names, ...(chosen.install ? ['install'] : [])]) {
    const { title, run } = await import(`./benches/${name}.mjs`);
    const rows = await run({ quick });
    results.push({ name, title, rows });
    if (!json) print(asText(title, rows));
  }
  if (json) print(JSON.stringify({ machine, quick, results }, null, 2));
  if (write) writePage(machine, results);
  const missed = results.flatMap(({ rows }) => rows).filter((row) => row.verdict === 'MISSED');
  if (!json) print(`\n${summary(missed)}`);
  return strict && missed.length > 0 ? 1 : 0;
}

function intro(machine, quick) {
  const peers = hasPeers() ? '' : '\nPeers are left out: add --peers to install them once.';
  return `${machineLine(machine)}${quick ? ', quick' : ''}${peers}`;
}

function summary(missed) {
  if (missed.length === 0) return 'No target is missed by more than the noise.';
  return `Missed: ${missed.map(({ what }) => what.trim()).join('; ')}.`;
}

/** The page's own words stay; what stands between the two marks is replaced. */
function writePage(machine, results) {
  const path = join(benchFolder, 'README.md');
  const [start, end] = ['<!-- figures -->', '<!-- /figures -->'];
  const tables = results.map(({ title, rows }) => asMarkdown(title, rows)).join('\n');
  const page = readFileSync(path, 'utf8');
  const before = page.slice(0, page.indexOf(start) + start.length);
  const after = page.slice(page.indexOf(end));
  writeFileSync(path, `${before}\n${machineLine(machine)}\n\n${tables}${after}`);
}

function print(text) {
  process.stdout.write(`${text}\n`);
}

const { values } = parseArgs({ options });
process.exitCode = await main(values);

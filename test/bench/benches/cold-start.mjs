/** From the start of the process to the first task's body, against a script that only loads. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { benchFolder, isShipped, repository, shipped } from '../lib/build.mjs';
import { inChild } from '../lib/child.mjs';
import { row } from '../lib/row.mjs';
import { scratchFolder } from '../lib/scratch.mjs';
import { interleaved } from '../lib/statistics.mjs';

export const title = 'Cold start: from the start of the process to the first task';

const startMaxMs = 150;
const bareFactorMax = 2;

export async function run({ quick }) {
  const samples = await interleaved(quick ? 5 : 15, {
    node: () => timeProcess(['-e', '0']),
    bare: () => timeLine([subject('bare-script')]),
    hello: () => timeLine(helloCommand()),
    help: () => (isShipped('cli/main.js') ? timeProcess([shipped('cli/main.js'), '--help']) : null),
  });
  const against = { baseline: samples.bare, against: 'bare script' };
  const how = isShipped('cli/main.js') ? 'troupe run' : 'library, run';
  const hello = { what: `${how} examples/hello.yaml`, unit: 'ms', samples: samples.hello };
  return [
    row({ ...hello, target: startMaxMs, atMost: true }),
    row({ ...hello, ...against, target: bareFactorMax, atMost: true }),
    ...(isShipped('cli/main.js')
      ? [row({ what: 'troupe --help', unit: 'ms', samples: samples.help, ...against })]
      : []),
    row({ what: '  part: node -e 0', unit: 'ms', samples: samples.node }),
    ...(await parts(quick ? 3 : 7)),
  ];
}

const subject = (name) => join(benchFolder, 'subjects', `${name}.mjs`);

function helloCommand() {
  const home = scratchFolder();
  if (!isShipped('cli/main.js')) return [subject('hello-library'), home];
  return [shipped('cli/main.js'), 'run', 'examples/hello.yaml', '--json', '--home', home];
}

async function parts(rounds) {
  const { answers } = await interleaved(rounds, { answers: () => inChild('cold-parts') });
  const names = Object.keys(answers[0]).filter((name) => name !== 'rssMb');
  return names.map((name) => ({
    ...row({ what: `  part: ${name}`, unit: 'ms', samples: answers.map((parts) => parts[name]) }),
  }));
}

/** To the end of the process. */
function timeProcess(args) {
  const start = performance.now();
  const child = spawn(process.execPath, args, { stdio: 'ignore', cwd: repository });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(performance.now() - start) : reject(new Error(`${args} exited ${code}`)),
    );
  });
}

/** To the line that tells of the first task; the process is waited for all the same. */
function timeLine(args) {
  const start = performance.now();
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: repository,
  });
  let text = '';
  let ms = null;
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
    if (ms === null && text.includes('task.started')) ms = performance.now() - start;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => (ms === null ? reject(new Error(`${args}: ${text}`)) : resolve(ms)));
  });
}

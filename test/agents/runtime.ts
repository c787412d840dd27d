/** A runtime of its own, in a process of its own, that a test may kill. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { eventually } from './processes.ts';

const tsc = resolve('node_modules/.bin/tsc');
const sources = [
  'src/agents/processes/process.ts',
  'src/agents/processes/guardian.ts',
  'src/kernel/clock.ts',
];
const compilerOptions = [
  ...['--ignoreConfig', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'],
  ...['--rewriteRelativeImportExtensions', '--skipLibCheck', '--rootDir', '.'],
];

/** Node 20 runs no TypeScript, and a test's own process can't be the one that is killed. */
export function compileRuntime(folder: string): string {
  const outDir = join(folder, 'compiled');
  mkdirSync(outDir, { recursive: true });
  writeFileSync(join(outDir, 'package.json'), '{ "type": "module" }');
  execFileSync(tsc, [...compilerOptions, '--outDir', outDir, ...sources]);
  writeFileSync(join(outDir, 'runtime.js'), script);
  return join(outDir, 'runtime.js');
}

const script = `
import { systemClock } from './src/kernel/clock.js';
import { openGuardian } from './src/agents/processes/guardian.js';
import { runProcess } from './src/agents/processes/process.js';

const [runFolder, command] = process.argv.slice(2);
const guardian = openGuardian({ environment: process.env });
const ended = runProcess({
  argv: ['sh', '-c', command], cwd: runFolder, environment: process.env, variables: {},
  marks: { TROUPE_RUN: 'killed', TROUPE_RUN_FOLDER: runFolder, TROUPE_TOKEN: '1' },
  stdin: '', stdoutPath: runFolder + '/out.txt', stderrPath: runFolder + '/err.txt',
  runFolder, token: 1, timeoutMs: 1e9, clock: systemClock,
  signal: new AbortController().signal, guardian,
  said: (_, text) => process.stdout.write(text),
});
process.stdout.write('guardian ' + (await started()) + '\\n');
await ended;
process.stdout.write('over\\n');

async function started() {
  while (guardian.pid === null) await systemClock.breathe();
  return guardian.pid;
}
`;

export interface Runtime {
  readonly process: ChildProcess;
  /** Each number it has printed, by the word before it. */
  readonly pids: ReadonlyMap<string, number>;
  readonly exited: () => boolean;
}

/** Starts the runtime on a command that prints `name pid` lines, and waits for those names. */
export async function startRuntime(
  runtime: string,
  runFolder: string,
  command: string,
  names: readonly string[],
): Promise<Runtime> {
  const child = spawn(process.execPath, [runtime, runFolder, command], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  const pids = new Map<string, number>();
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    for (const [, name = '', pid] of text.matchAll(/(\w+) (\d+)\n/g)) pids.set(name, Number(pid));
  });
  await eventually(`the runtime says ${names.join()}`, () => names.every((name) => pids.has(name)));
  const exited = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return { process: child, pids, exited };
}

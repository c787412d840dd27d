/** Installs the real agents once, into a folder of the user's cache that their versions name. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Which agents can be started here, and for the others why not. */
    readonly agents: Readonly<Record<string, string>>;
    /** The search path with their programs first. */
    readonly agentPath: string;
  }
}

const wanted = resolve('test/real/package.json');
const programs = ['claude', 'codex', 'gemini', 'opencode'] as const;
const installWithinMs = 300_000;

export default function setup(project: TestProject): void {
  const folder = cacheFolder();
  const fault = install(folder);
  const bin = join(folder, 'node_modules/.bin');
  const agentPath = `${bin}${delimiter}${process.env.PATH ?? ''}`;
  const agents = programs.map((name) => [name, fault || look(join(bin, name))] as const);
  project.provide('agents', Object.fromEntries(agents));
  project.provide('agentPath', agentPath);
  for (const [name, missing] of agents) {
    if (missing) process.stderr.write(`${name} is not tested: ${missing}\n`);
  }
}

function cacheFolder(): string {
  const versions = createHash('sha256').update(readFileSync(wanted)).digest('hex').slice(0, 12);
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(cache, 'troupe', `agents-${versions}`);
}

/** What went wrong; empty when all went well. A mark tells a whole installation from a torn one. */
function install(folder: string): string {
  const mark = join(folder, 'installed');
  if (existsSync(mark)) return '';
  try {
    mkdirSync(folder, { recursive: true });
    copyFileSync(wanted, join(folder, 'package.json'));
    const words = ['install', '--no-audit', '--no-fund', '--loglevel', 'error'];
    execFileSync('npm', words, { cwd: folder, timeout: installWithinMs, stdio: 'pipe' });
    writeFileSync(mark, '');
    return '';
  } catch (error) {
    return `npm install failed: ${lastLine(error)}`;
  }
}

function look(program: string): string {
  try {
    execFileSync(program, ['--version'], { timeout: 60_000, stdio: 'pipe' });
    return '';
  } catch (error) {
    return `it does not start here: ${lastLine(error)}`;
  }
}

const lastLine = (error: unknown): string =>
  String(error instanceof Error ? error.message : error)
    .trim()
    .split('\n')
    .at(-1) ?? '';

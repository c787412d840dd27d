/** Installs real programs once, into folders of the user's cache that their versions name. */
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
    /** The same of the programs that judge and drive our MCP server. */
    readonly mcpPrograms: Readonly<Record<string, string>>;
    /** The folder that they are in. */
    readonly mcpBin: string;
  }
}

interface Lot {
  readonly name: string;
  /** A package.json that pins them. */
  readonly wanted: string;
  readonly programs: readonly string[];
  /** The word that each understands and ends on. */
  readonly look: string;
}

const agents: Lot = {
  name: 'agents',
  wanted: resolve('test/real/package.json'),
  programs: ['claude', 'codex', 'gemini', 'opencode'],
  look: '--version',
};

const mcpPrograms: Lot = {
  name: 'mcp',
  wanted: resolve('test/real/mcp/package.json'),
  programs: ['conformance', 'mcp-inspector'],
  look: '--help',
};

const installWithinMs = 300_000;

export default function setup(project: TestProject): void {
  const cli = installed(agents);
  project.provide('agents', cli.faults);
  project.provide('agentPath', `${cli.bin}${delimiter}${process.env.PATH ?? ''}`);
  const mcp = installed(mcpPrograms);
  project.provide('mcpPrograms', mcp.faults);
  project.provide('mcpBin', mcp.bin);
}

/** Where they are, and of each why it can't be started; empty when it can. */
function installed(lot: Lot) {
  const folder = cacheFolder(lot);
  const fault = install(lot, folder);
  const bin = join(folder, 'node_modules/.bin');
  const looks = lot.programs.map((name) => [name, fault || look(join(bin, name), lot)] as const);
  for (const [name, missing] of looks) {
    if (missing) process.stderr.write(`${name} is not tested: ${missing}\n`);
  }
  return { bin, faults: Object.fromEntries(looks) };
}

function cacheFolder({ name, wanted }: Lot): string {
  const versions = createHash('sha256').update(readFileSync(wanted)).digest('hex').slice(0, 12);
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(cache, 'troupe', `${name}-${versions}`);
}

/** What went wrong; empty when all went well. A mark tells a whole installation from a torn one. */
function install({ wanted }: Lot, folder: string): string {
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

function look(program: string, { look: word }: Lot): string {
  try {
    execFileSync(program, [word], { timeout: 60_000, stdio: 'pipe' });
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

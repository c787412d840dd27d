/** What Troupe needs of a machine, looked at one by one: what was found, and how to mend it. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { access, constants, mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Clock, type Config, duration, type Project } from '../../src/index.ts';

export interface Check {
  readonly name: string;
  /** Nothing runs when something is `missing`; what is `absent` is only for plans that name it. */
  readonly status: 'fine' | 'warning' | 'absent' | 'missing';
  readonly found: string;
  /** What to do about it; empty when there is nothing to do. */
  readonly fix: string;
}

const nodeMin = [20, 19] as const;
const freeNeededBytes = 64 * 1024 ** 2;
const freeAdvisedBytes = 1024 ** 3;
const slowSyncMs = 20;
const syncRounds = 15;
const openFilesAdvised = 1_024;

export async function checkUp(config: Config, clock: Clock): Promise<readonly Check[]> {
  const place = nearestFolder(config.home);
  const checks = [
    checkNode(process.versions.node),
    checkPlatform(config.platform),
    checkHome(config.home, place),
    checkDisk(place),
    checkSync(place, clock),
    checkShell(config.platform),
    checkOpenFiles(config.platform),
    checkGit(),
    checkTerminal(),
  ];
  return Promise.all(checks);
}

const fine = (name: string, found: string): Check => ({ name, status: 'fine', found, fix: '' });
const warning = (name: string, found: string, fix: string): Check => ({
  ...{ name, status: 'warning', found, fix },
});
const missing = (name: string, found: string, fix: string): Check => ({
  ...{ name, status: 'missing', found, fix },
});

/** Which file says what plans leave out. */
export function checkProject(project: Project | null): Check {
  if (project === null) return fine('project', 'no troupe.yaml here or above');
  const roles = Object.keys(project.part.agents ?? {});
  return fine('project', [project.file, ...roles].join(', '));
}

/** The home need not be there yet: its first run makes it. */
function nearestFolder(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestFolder(dirname(path));
}

function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [majorMin, minorMin] = nodeMin;
  const isNewer = major > majorMin || (major === majorMin && minor >= minorMin);
  const fix = `install Node ${nodeMin.join('.')} or newer: https://nodejs.org`;
  return isNewer ? fine('node', version) : missing('node', version, fix);
}

function checkPlatform(platform: string): Check {
  const found = `${platform} ${process.arch}`;
  if (platform === 'linux') return fine('platform', found);
  const lost = platform === 'win32' ? '; a kill -9 of Troupe leaves its agents running' : '';
  return warning('platform', `${found}: written for, but not tested${lost}`, 'tell how it went');
}

async function checkHome(home: string, place: string): Promise<Check> {
  try {
    await access(place, constants.W_OK | constants.X_OK);
    const folder = await mkdtemp(join(place, '.troupe-doctor-'));
    await rm(folder, { recursive: true });
    return fine('home', home);
  } catch (error) {
    const found = `${home} can't be written: ${(error as Error).message}`;
    return missing('home', found, 'change its permissions, or set TROUPE_HOME or --home');
  }
}

async function checkDisk(place: string): Promise<Check> {
  const { bavail, bsize } = await statfs(place);
  const bytes = bavail * bsize;
  const found = `${(bytes / 1024 ** 3).toFixed(1)} GiB free`;
  const fix = 'free some space: journals and answers are kept until you delete their runs';
  if (bytes < freeNeededBytes) return missing('disk', found, fix);
  return bytes < freeAdvisedBytes ? warning('disk', found, fix) : fine('disk', found);
}

/** Every decision waits for the disk once: this is what a step costs at least. */
async function checkSync(place: string, clock: Clock): Promise<Check> {
  try {
    const ms = await measureSync(place, clock);
    const found = `${duration(ms)} for a write to be safe (fsync)`;
    const fix = 'put --home on a faster disk; a network drive is slow';
    return ms > slowSyncMs ? warning('fsync', found, fix) : fine('fsync', `${ms.toFixed(2)} ms`);
  } catch (error) {
    return warning('fsync', `not measured: ${(error as Error).message}`, 'see home');
  }
}

async function measureSync(place: string, clock: Clock): Promise<number> {
  const folder = await mkdtemp(join(place, '.troupe-doctor-'));
  try {
    const file = await open(join(folder, 'probe'), 'a');
    const times: number[] = [];
    for (let round = 0; round < syncRounds; round += 1) {
      const startedMs = clock.elapsed();
      await file.appendFile('x'.repeat(512));
      await file.datasync();
      times.push(clock.elapsed() - startedMs);
    }
    await file.close();
    return times.sort((a, b) => a - b)[Math.floor(syncRounds / 2)] ?? 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const execute = promisify(execFile);

/** The first line that a program prints, or null when it can't be run. */
async function firstLineOf(program: string, ...words: readonly string[]): Promise<string | null> {
  try {
    const { stdout } = await execute(program, words, { timeout: 10_000 });
    return stdout.split('\n')[0] ?? '';
  } catch {
    return null;
  }
}

async function checkShell(platform: string): Promise<Check> {
  if (platform === 'win32') return fine('shell', 'cmd.exe');
  const said = await firstLineOf('/bin/sh', '-c', 'echo works');
  const fix = 'install a POSIX shell as /bin/sh: agents are ended with its help';
  return said === 'works' ? fine('shell', '/bin/sh') : missing('shell', 'no /bin/sh', fix);
}

/** Each agent at work holds about six. */
async function checkOpenFiles(platform: string): Promise<Check> {
  if (platform === 'win32') return fine('open files', 'not limited');
  const limit = (await firstLineOf('/bin/sh', '-c', 'ulimit -n')) ?? 'unknown';
  const found = `${limit} at once`;
  const fix = 'raise it for many agents: ulimit -n 4096';
  return Number(limit) < openFilesAdvised
    ? warning('open files', found, fix)
    : fine('open files', found);
}

async function checkGit(): Promise<Check> {
  const version = await firstLineOf('git', '--version');
  const fix = 'install git if your plans work on repositories';
  return version === null ? warning('git', 'not found', fix) : fine('git', version);
}

function checkTerminal(): Check {
  const said = { in: process.stdin.isTTY, out: process.stdout.isTTY, err: process.stderr.isTTY };
  const names = Object.entries(said).flatMap(([name, isTerminal]) => (isTerminal ? [name] : []));
  const found = names.length === 0 ? 'none: progress is plain lines' : `std${names.join(', std')}`;
  return fine('terminal', found);
}

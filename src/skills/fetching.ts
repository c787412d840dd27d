/**
 * Brings skills here from a folder, a git repository or an npm package, and runs nothing of theirs.
 *
 * Invariants:
 * - no hook, no script, no filter and no submodule: git and npm are told so, and nothing of the
 *   person's own git settings counts;
 * - what comes is read by `readSkillFolder`, which follows no link.
 */
import { execFile } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { UserError } from '../kernel/user-error.ts';
import type { Ground } from './shelf.ts';
import { skillFile } from './skill.ts';

export type SourceKind = 'path' | 'git' | 'npm';

const timeoutMs = 5 * 60_000;
const packMax = 50;
const noFile = process.platform === 'win32' ? 'NUL' : '/dev/null';

/** A folder that is there wins; a name alone is a package. */
export function kindOf(source: string, { cwd }: Ground): SourceKind {
  if (existsSync(resolve(cwd, source))) return 'path';
  if (/^(https?|ssh|git|file):\/\/|^[\w.-]+@[\w.-]+:|\.git(#|$)/.test(source)) return 'git';
  if (/^(npm:)?(@[\w.-]+\/)?[a-z0-9][\w.-]*(@[\w.^~-]+)?$/.test(source)) return 'npm';
  const hint = 'name a folder, an address of git, or a package of npm';
  throw new UserError('skill.no-source', `there is nothing at ${JSON.stringify(source)}`, hint);
}

/** Calls with the folders of the skills that were found; what was fetched is gone afterwards. */
export async function withFetched<Result>(
  source: string,
  ground: Ground,
  use: (folders: readonly string[]) => Promise<Result>,
): Promise<Result> {
  const kind = kindOf(source, ground);
  if (kind === 'path') return use(skillsIn(resolve(ground.cwd, source), source));
  const draft = mkdtempSync(join(tmpdir(), 'troupe-skills-'));
  try {
    const top =
      kind === 'git' ? await clone(source, draft, ground) : await unpack(source, draft, ground);
    return await use(skillsIn(top, source));
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function clone(source: string, draft: string, ground: Ground): Promise<string> {
  const [address = '', branch] = source.split('#');
  const settings = [`core.hooksPath=${noFile}`, 'core.symlinks=true', 'protocol.ext.allow=never'];
  const options = ['--depth', '1', '--no-recurse-submodules', '--template=', '--quiet'];
  const wanted = branch ? ['--branch', branch] : [];
  const top = join(draft, nameIn(address));
  const words = [...options, ...wanted, '--', address, top];
  await call('git', [...settings.flatMap((each) => ['-c', each]), 'clone', ...words], draft, {
    ...ground.environment,
    ...{ GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: noFile, GIT_TERMINAL_PROMPT: '0' },
  });
  return top;
}

/** A package is taken as it was published: nothing is installed, and none of its scripts run. */
async function unpack(source: string, draft: string, ground: Ground): Promise<string> {
  const name = source.replace(/^npm:/, '');
  const words = [
    'pack',
    '--ignore-scripts',
    '--loglevel=error',
    '--pack-destination',
    draft,
    '--',
    name,
  ];
  await call('npm', words, draft, ground.environment);
  const archive = readdirSync(draft).find((file) => file.endsWith('.tgz'));
  if (!archive) throw new UserError('skill.not-fetched', `npm has no ${name}`, 'see its name');
  const top = join(draft, 'unpacked');
  mkdirSync(top);
  await call(
    'tar',
    ['-xzf', join(draft, archive), '-C', top, '--no-same-owner'],
    draft,
    ground.environment,
  );
  return join(top, 'package');
}

/** What a program said of its failure: git says it at the end, npm before it explains npm. */
function lastWords(program: string, stderr: string): string {
  const lines = stderr.trim().split('\n');
  const said = lines.map((line) => line.replace(/^npm error /, ''));
  return (program === 'npm' ? said.slice(0, 2) : lines.slice(-2)).join('; ');
}

const nameIn = (address: string): string =>
  basename(address)
    .replace(/\.git$/, '')
    .replace(/[^\w.-]/g, '') || 'skill';

function call(program: string, argv: readonly string[], cwd: string, env: Ground['environment']) {
  return new Promise<void>((settle, reject) => {
    const options = { cwd, env: env as NodeJS.ProcessEnv, timeout: timeoutMs, windowsHide: true };
    execFile(program, [...argv], options, (error, _, stderr) => {
      if (!error) return settle();
      if (error.code === 'ENOENT') return reject(noProgram(program));
      const why = lastWords(program, String(stderr)) || error.message;
      const plain = why.replace(/\p{Cc}/gu, ' ');
      reject(new UserError('skill.not-fetched', `${program}: ${plain}`, 'look at its address'));
    });
  });
}

function noProgram(program: string): UserError {
  const hint = `install ${program}, or name a folder that has the skill`;
  return new UserError('skill.not-fetched', `${program} was not found`, hint);
}

/** The folder itself, or those that it has at the usual places. */
function skillsIn(top: string, source: string): readonly string[] {
  if (isSkill(top)) return [top];
  const places = ['', 'skills', join('.claude', 'skills')].map((name) => join(top, name));
  const found = places.flatMap((place) => foldersIn(place).filter(isSkill));
  if (found.length > 0 && found.length <= packMax) return [...new Set(found)];
  const message = found.length === 0 ? `has no ${skillFile}` : `has more than ${packMax} skills`;
  const hint = 'name the folder of one skill';
  throw new UserError('skill.not-there', `${JSON.stringify(source)} ${message}`, hint);
}

const isSkill = (folder: string): boolean => existsSync(join(folder, skillFile));

function foldersIn(folder: string): readonly string[] {
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
}

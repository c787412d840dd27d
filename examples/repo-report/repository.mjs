/** Reads a repository for every task of the report: bounded, never by a link, never as a whole. */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { redact } from './secret-patterns.mjs';

/** Larger files are data or mistakes, and reading them would cost more than they tell. */
export const bytesMax = 2 * 1024 * 1024;
/** Git's own measure: a NUL this early makes a file binary, so an image costs one short read. */
const headBytes = 8_000;
/** An answer has to fit into 64 kB whole, or its reader gets its end alone. */
const shownMax = 240;

/** The folder and the list of its files, which is what every analysis starts from. */
export function fromArguments() {
  const [repo, list] = process.argv.slice(2);
  if (!repo || !list) throw new Error('two arguments are needed: the folder, and its files.json');
  return { repo, files: JSON.parse(readFileSync(list, 'utf8')) };
}

/** An answer leaves by this door alone, so that no task can print a secret whole. */
export function print(answer) {
  const fit = (_key, value) => (typeof value === 'string' ? clip(redact(value)) : value);
  process.stdout.write(`${JSON.stringify(answer, fit)}\n`);
}

const clip = (text) => (text.length > shownMax ? `${text.slice(0, shownMax - 1)}…` : text);

/** The text of a file, or why there is none: `large`, `binary` or `unreadable`. */
export function read(repo, file) {
  if (file.bytes > bytesMax) return { skipped: 'large' };
  let handle;
  try {
    handle = openSync(join(repo, file.path));
    const content = readUpTo(handle, file.bytes);
    return content ? { text: content.toString('utf8') } : { skipped: 'binary' };
  } catch {
    return { skipped: 'unreadable' };
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** Never more than the listed size: a file that grows under the reader can't fill the memory. */
function readUpTo(handle, bytes) {
  const content = Buffer.allocUnsafe(bytes);
  const head = readSync(handle, content, 0, Math.min(bytes, headBytes), 0);
  if (content.subarray(0, head).includes(0)) return null;
  const rest = head < headBytes ? 0 : readSync(handle, content, head, bytes - head, head);
  return content.subarray(0, head + rest);
}

/** Pairs of file and text, one at a time: only one text is in memory. */
export function* texts(repo, files) {
  for (const file of files) {
    const { text } = read(repo, file);
    if (text !== undefined) yield [file, text];
  }
}

export function lineCount(text) {
  let lines = text === '' || text.endsWith('\n') ? 0 : 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

/** The first `count` by a number, largest first; ties in the order of the list. */
export function top(list, count, measure) {
  return [...list].sort((a, b) => measure(b) - measure(a)).slice(0, count);
}

/** The repository is a stranger's: its configuration must start no program and no download. */
const harmless = ['core.fsmonitor=false', 'log.showSignature=false', 'protocol.allow=never'];

/** What git printed, or null: not installed, not a repository, not its owner, no such commit. */
export function git(folder, ...words) {
  const settings = harmless.flatMap((setting) => ['-c', setting]);
  const { status, stdout } = spawnSync('git', ['-C', folder, ...settings, ...words], {
    encoding: 'utf8',
    env: { ...process.env, GIT_NO_LAZY_FETCH: '1', GIT_OPTIONAL_LOCKS: '0' },
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === 0 ? stdout : null;
}

/**
 * Reads an account's key where it is kept: the environment, a file of its owner's, a command.
 *
 * Owns: the keys that were read, in memory alone, for a few minutes.
 * Invariants:
 * - no message holds a key, nor what a command printed;
 * - a file that others may read is refused.
 */
import { type FileHandle, open } from 'node:fs/promises';
import type { Fault } from '../../machines/outcome.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Account, KeySource } from './account.ts';

export type KeyAnswer =
  | { readonly kind: 'key'; readonly key: string | null }
  | { readonly kind: 'fault'; readonly fault: Fault };

/** What a program printed; null when it failed, and never why: it may have said the key. */
export type AskCommand = (argv: readonly string[]) => Promise<string | null>;

export interface KeyringOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly ask: AskCommand;
  readonly clock: Clock;
}

const keyMaxBytes = 64 * 1024;
/** A command may be slow, and its keys may be short-lived. */
const keptMs = 5 * 60_000;

export class Keyring {
  readonly #options: KeyringOptions;
  readonly #kept = new Map<string, { readonly key: string; readonly untilMs: number }>();

  constructor(options: KeyringOptions) {
    this.#options = options;
  }

  async read(account: Account): Promise<KeyAnswer> {
    const { clock } = this.#options;
    const kept = this.#kept.get(account.name);
    if (kept && kept.untilMs > clock.elapsed()) return { kind: 'key', key: kept.key };
    const answer = await this.#fetch(account);
    if (answer.kind === 'key' && answer.key !== null && account.key.kind === 'command') {
      this.#kept.set(account.name, { key: answer.key, untilMs: clock.elapsed() + keptMs });
    }
    return answer;
  }

  /** It was not accepted: the next one may be. */
  forget(name: string): void {
    this.#kept.delete(name);
  }

  async #fetch(account: Account): Promise<KeyAnswer> {
    const { key: source } = account;
    switch (source.kind) {
      case 'none':
        return { kind: 'key', key: null };
      case 'env':
        return this.#fromEnvironment(account, source);
      case 'file':
        return fromFile(account, source.path, this.#options.platform);
      case 'command':
        return this.#fromCommand(account, source);
    }
  }

  #fromEnvironment({ name }: Account, source: KeySource & { kind: 'env' }): KeyAnswer {
    const key = this.#options.environment[source.name]?.trim() ?? '';
    const how = `the variable ${source.name} is not set`;
    return key === '' ? missing(name, how, `set it: export ${source.name}=...`) : found(key);
  }

  async #fromCommand({ name }: Account, { argv }: KeySource & { kind: 'command' }) {
    const printed = await this.#options.ask(argv);
    const key = printed === null ? '' : firstLine(printed);
    const [program = ''] = argv;
    const came = printed === null ? 'failed' : 'printed nothing';
    const how = `its keyCommand (${program} ...) ${came}`;
    return key === '' ? missing(name, how, 'run it by hand and see') : found(key);
  }
}

const found = (key: string): KeyAnswer => ({ kind: 'key', key });
const firstLine = (text: string): string => text.trimStart().split('\n', 1)[0]?.trim() ?? '';

/** Looked at and read through one handle: what is checked is what is read. */
async function fromFile(
  { name }: Account,
  path: string,
  platform: NodeJS.Platform,
): Promise<KeyAnswer> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, 'r');
    const { mode, size } = await file.stat();
    if (platform !== 'win32' && (mode & 0o077) !== 0) {
      return missing(name, `others may read ${path}`, `run: chmod 600 ${path}`, 'key-exposed');
    }
    if (size > keyMaxBytes) return missing(name, `${path} is no key`, 'put only the key in it');
    const key = firstLine(await file.readFile('utf8'));
    return key === '' ? missing(name, `${path} is empty`, 'put the key in it') : found(key);
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException;
    return missing(name, `${path} can't be read (${code})`, 'put the key in it, with chmod 600');
  } finally {
    await file?.close().catch(() => undefined);
  }
}

function missing(account: string, how: string, hint: string, what = 'key-missing'): KeyAnswer {
  const message = `account ${account} has no key: ${how}; ${hint}`;
  return { kind: 'fault', fault: { code: `account.${what}`, message, retryable: false } };
}

/**
 * Runs git, and nothing else does: in an environment of our own, in bounds, and without a network.
 *
 * Invariants:
 * - no setting of the person or of the machine counts, no hook runs, nobody is asked anything;
 * - nothing is fetched or pushed: every protocol is refused;
 * - where git works is always said: it looks for a repository only when a run begins, and so can't
 *   take the person's own checkout for a worktree that has lost its way.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Clock, sleep } from '../kernel/clock.ts';

export interface GitWorld {
  /** The machine's: only where programs are found is taken from it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What a process of the run is known by after a crash. */
  readonly marks: Readonly<Record<string, string>>;
  readonly clock: Clock;
}

/** Where one command works; every path is absolute. */
export interface GitCall {
  /** What stands for `.git`; null: it is looked for from `cwd` on. */
  readonly gitDir: string | null;
  /** Files, for those commands that touch any. */
  readonly workTree?: string;
  /** An index that is not the usual one. */
  readonly indexFile?: string;
  readonly cwd: string;
  readonly stdin?: string;
  /** Who commits, and when. */
  readonly identity?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Exit codes that are answers. Default: 0. */
  readonly answers?: readonly number[];
}

export interface GitAnswer {
  readonly code: number;
  readonly stdout: string;
}

/** Git was there, and would not do it. */
export class GitError extends Error {
  override readonly name = 'GitError';
  /** Null when it did not end by itself. */
  readonly code: number | null;
  readonly stderr: string;

  constructor(command: string, code: number | null, stderr: string) {
    const why = stderr.trim().split('\n').slice(-wordsMax).join('; ');
    super(`git ${command}: ${why === '' ? `ended with ${code ?? 'a signal'}` : why}`);
    this.code = code;
    this.stderr = stderr;
  }
}

const wordsMax = 3;
const outputMaxBytes = 64 * 1024 * 1024;
const stderrMaxBytes = 64 * 1024;
/** A checkout of the largest repository takes minutes; a disk that hangs takes for ever. */
const deadlineMs = 15 * 60_000;

/** Git dies when it meets a worktree that another one is just making: that takes milliseconds. */
const triesMax = 100;
const tryPauseMs = 20;
const metHalfMade = (error: unknown): boolean =>
  error instanceof GitError && /failed to read .*worktrees.*commondir/.test(error.stderr);

const noFile = process.platform === 'win32' ? 'NUL' : '/dev/null';

/** Told to every command, and stronger than what the repository's own settings say. */
const settings: Readonly<Record<string, string>> = {
  'core.hooksPath': noFile,
  'core.fsmonitor': 'false',
  'core.quotePath': 'false',
  'safe.directory': '*',
  'protocol.allow': 'never',
  'submodule.recurse': 'false',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'commit.gpgSign': 'false',
  'merge.conflictStyle': 'merge',
  'advice.addEmbeddedRepo': 'false',
  // Large files stay the small ones that stand for them: the rest would have to be fetched.
  'filter.lfs.process': '',
  'filter.lfs.smudge': '',
  'filter.lfs.clean': '',
  'filter.lfs.required': 'false',
  // Two runs in one repository meet at its locks for a moment.
  'core.filesRefLockTimeout': '20000',
  'core.packedRefsTimeout': '20000',
};
const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

export class Git {
  readonly #world: GitWorld;

  constructor(world: GitWorld) {
    this.#world = world;
  }

  /** What it says, without the newline at its end. */
  async text(argv: readonly string[], call: GitCall): Promise<string> {
    return (await this.run(argv, call)).stdout.replace(/\n$/, '');
  }

  /** Throws a GitError for an exit that is no answer, and ENOENT when there is no git. */
  async run(argv: readonly string[], call: GitCall): Promise<GitAnswer> {
    for (let tries = 1; ; tries += 1) {
      call.signal?.throwIfAborted();
      try {
        return await this.#once(argv, call);
      } catch (error) {
        if (tries === triesMax || !metHalfMade(error)) throw error;
        await sleep(this.#world.clock, tryPauseMs, call.signal);
      }
    }
  }

  #once(argv: readonly string[], call: GitCall): Promise<GitAnswer> {
    const { clock } = this.#world;
    const [command = ''] = argv;
    return new Promise((resolve, reject) => {
      const child = spawn('git', [...options, '--no-pager', ...argv], {
        cwd: call.cwd,
        env: this.#environmentOf(call),
        stdio: ['pipe', 'pipe', 'pipe'],
        windowsHide: true,
        // Not the terminal's: its Ctrl-C is for the run, which ends git when it must.
        detached: process.platform !== 'win32',
      });
      const end = (): void => {
        child.kill('SIGTERM');
      };
      const [out, err] = [new Held(outputMaxBytes, end), new Held(stderrMaxBytes, () => {})];
      child.stdout.on('data', (chunk: Buffer) => out.take(chunk));
      child.stderr.on('data', (chunk: Buffer) => err.take(chunk));
      child.stdin.on('error', () => {});
      child.stdin.end(call.stdin ?? '');
      call.signal?.addEventListener('abort', end, { once: true });
      const calm = clock.at(clock.now() + deadlineMs, end);
      const forget = (): void => {
        calm();
        call.signal?.removeEventListener('abort', end);
      };
      child.once('error', (error) => {
        forget();
        reject(lacking(error, command, call.cwd));
      });
      child.once('close', (code) => {
        forget();
        const isAnswer = code !== null && (call.answers ?? [0]).includes(code);
        if (isAnswer && !out.isOver) resolve({ code, stdout: out.text });
        else reject(new GitError(command, code, out.isOver ? 'it said too much' : err.text));
      });
    });
  }

  #environmentOf(call: GitCall): Record<string, string> {
    const { environment, marks } = this.#world;
    return {
      ...pathOf(environment),
      ...marks,
      LC_ALL: 'C',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: noFile,
      GIT_ATTR_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      GIT_OPTIONAL_LOCKS: '0',
      GIT_NO_REPLACE_OBJECTS: '1',
      GIT_NO_LAZY_FETCH: '1',
      GIT_LITERAL_PATHSPECS: '1',
      GIT_EDITOR: 'false',
      ...(call.gitDir === null ? {} : { GIT_DIR: call.gitDir }),
      ...(call.workTree === undefined ? {} : { GIT_WORK_TREE: call.workTree }),
      ...(call.indexFile === undefined ? {} : { GIT_INDEX_FILE: call.indexFile }),
      ...call.identity,
    };
  }
}

/** Of a folder that is gone Node says the same as of a program. */
function lacking(error: Error, command: string, cwd: string): Error {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return error;
  if (!existsSync(cwd)) return new GitError(command, null, `there is no folder ${cwd}`);
  return Object.assign(new Error('git was not found'), { code: 'ENOENT' });
}

/** What a stream said, up to a limit. */
class Held {
  readonly #chunks: Buffer[] = [];
  readonly #maxBytes: number;
  readonly #full: () => void;
  #bytes = 0;

  constructor(maxBytes: number, full: () => void) {
    this.#maxBytes = maxBytes;
    this.#full = full;
  }

  get isOver(): boolean {
    return this.#bytes > this.#maxBytes;
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }

  take(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.isOver) this.#full();
    else this.#chunks.push(chunk);
  }
}

/** Where programs are; Windows has others without which none starts. */
function pathOf(environment: GitWorld['environment']): Record<string, string> {
  const names = /^(PATH|PATHEXT|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|TEMP|TMP|TMPDIR)$/i;
  const entries = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && names.test(entry[0]),
  );
  return Object.fromEntries(entries);
}

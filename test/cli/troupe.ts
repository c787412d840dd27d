/** Starts `troupe` as a person would: words in; stdout, stderr and the exit code out. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { eventually } from '../agents/processes.ts';
import { tempFolders } from '../app/temp.ts';
import { buildCli } from './build.ts';

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** `pipe`: the test types into it. */
  readonly stdin?: 'ignore' | 'pipe';
}

const newFolder = tempFolders('cli');
const running: ChildProcess[] = [];
afterAll(() => {
  for (const child of running) if (child.exitCode === null) child.kill('SIGKILL');
});

/** A process of `troupe`, living or not. */
export class Process {
  readonly child: ChildProcess;
  readonly #ended: Promise<Ended>;
  stdout = '';
  stderr = '';

  constructor(child: ChildProcess) {
    this.child = child;
    running.push(child);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.#ended = new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, stdout: this.stdout, stderr: this.stderr }));
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  end(): Promise<Ended> {
    return this.#ended;
  }

  /** Waits until it has said so, on stdout or stderr. */
  async says(what: RegExp): Promise<RegExpExecArray> {
    const look = (): RegExpExecArray | null => what.exec(this.stdout) ?? what.exec(this.stderr);
    const isOver = (): boolean => look() !== null || this.child.exitCode !== null;
    await eventually(`it says ${what}`, isOver).catch((error: Error) => {
      throw new Error(`${error.message}: ${this.stderr}`);
    });
    if (look() === null) await this.end();
    const said = look();
    if (said === null) throw new Error(`it ended, and never said ${what}: ${this.stderr}`);
    return said;
  }
}

/** A folder with a home of its own, in which commands are typed. */
export class Desk {
  readonly folder = newFolder();
  readonly main = buildCli();

  get home(): string {
    return join(this.folder, '.troupe');
  }

  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  /** Nothing of the machine's own settings gets in. */
  environment(added: Readonly<Record<string, string>> = {}): Record<string, string> {
    return { PATH: process.env.PATH ?? '', HOME: this.folder, USER: 'tester', ...added };
  }

  start(words: readonly string[], options: StartOptions = {}): Process {
    const { env, cwd = this.folder, stdin = 'ignore' } = options;
    const child = spawn(process.execPath, [this.main, ...words], {
      cwd,
      env: this.environment(env),
      stdio: [stdin, 'pipe', 'pipe'],
    });
    return new Process(child);
  }

  type(words: readonly string[], options: StartOptions = {}): Promise<Ended> {
    return this.start(words, options).end();
  }

  /** A line of the shell, in which `troupe` is the command. */
  shell(line: string, { env, cwd = this.folder }: StartOptions = {}): Promise<Ended> {
    const script = `troupe() { "${process.execPath}" "${this.main}" "$@"; }\n${line}`;
    const child = spawn('bash', ['-c', script], {
      cwd,
      env: this.environment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Process(child).end();
  }
}

/** One object for each line. */
export function jsonLines(text: string): readonly Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

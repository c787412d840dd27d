/** Another process that locks and writes journals as it is told, and that a test may kill. */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, onTestFinished } from 'vitest';

const tsc = resolve('node_modules/.bin/tsc');
const compilerOptions = [
  ...['--ignoreConfig', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'],
  ...['--rewriteRelativeImportExtensions', '--skipLibCheck', '--rootDir', '.'],
];

/** Answers each message with one; words that come by themselves are progress. */
const script = `
import { closeSync, openSync, rmSync } from 'node:fs';
import { takeLock } from './src/journal/lock.js';
import { FileJournal } from './src/journal/file.js';

let lock, journal;
const orders = {
  take({ folder }) {
    lock = takeLock(folder);
    return { generation: lock.generation };
  },
  release() {
    lock.release();
    return {};
  },
  /** Takes the lock so many times, alone each time, among others who do the same. */
  share({ folder, times }) {
    for (let taken = 0; taken < times; ) {
      const mine = attempt(folder);
      if (!mine) continue;
      closeSync(openSync(folder + '/alone', 'wx'));
      rmSync(folder + '/alone');
      mine.release();
      taken += 1;
    }
    return {};
  },
  async open({ folder }) {
    journal = await FileJournal.open(folder);
    return {};
  },
  /** Each by a flush of its own, and told. */
  async write({ count, text, from = 0 }) {
    for (let n = from + 1; n <= from + count; n += 1) {
      journal.append({ n, at: n, input: { kind: 'stop', address: text }, performed: 0 });
      await journal.flush();
      process.send({ safe: n });
    }
    return {};
  },
};

function attempt(folder) {
  try {
    return takeLock(folder);
  } catch (error) {
    if (error.code !== 'run.locked') throw error;
  }
}

process.on('message', async ({ order, ...given }) => {
  try {
    process.send({ answer: await orders[order](given) });
  } catch ({ code, message }) {
    process.send({ answer: { code, message } });
  }
});
process.on('disconnect', () => process.exit());
process.send({ answer: {} });
`;

export interface Answer {
  readonly generation?: number;
  readonly code?: string;
  readonly message?: string;
}

/** Compiles it once for a file of tests, because Node 20 runs no TypeScript. Returns its path. */
export function useProgram(): () => string {
  let folder = '';
  const path = (): string => join(folder, 'program.js');
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'troupe-program-'));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    const sources = ['src/journal/file.ts', 'src/journal/lock.ts'];
    execFileSync(tsc, [...compilerOptions, '--outDir', folder, ...sources]);
    writeFileSync(path(), script);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return path;
}

export class OtherProcess {
  readonly #child: ChildProcess;
  /** The newest input that it was told is safe. */
  safe = 0;
  #answered: (answer: Answer) => void = () => {};

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (said: { safe?: number; answer?: Answer }) => {
      if (said.safe !== undefined) this.safe = said.safe;
      if (said.answer) this.#answered(said.answer);
    });
  }

  /** Gone when the test has finished. */
  static async start(program: string): Promise<OtherProcess> {
    const other = new OtherProcess(fork(program));
    onTestFinished(() => other.kill());
    await other.#answer();
    return other;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  order(order: string, given: Record<string, unknown> = {}): Promise<Answer> {
    const answer = this.#answer();
    this.#child.send({ order, ...given });
    return answer;
  }

  /** With no chance to tidy up. Resolves when it is gone. */
  async kill(): Promise<void> {
    if (!this.alive) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }

  #answer(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const exited = (): void => reject(new Error(`process ${this.pid} died before it answered`));
      this.#child.once('exit', exited);
      this.#answered = (answer) => {
        this.#child.off('exit', exited);
        resolve(answer);
      };
    });
  }
}

/** The programs that an agent has run for it over ACP, each known by a name. */
import type {
  CreateTerminalRequest,
  TerminalExitStatus,
  TerminalOutputResponse,
} from '@agentclientprotocol/sdk';
import type { Errands } from '../hands/errand.ts';
import type { Ending } from '../processes/endings.ts';

interface Terminal {
  readonly control: AbortController;
  readonly ended: Promise<TerminalExitStatus>;
  readonly maxCharacters: number;
  output: string;
  truncated: boolean;
  status: TerminalExitStatus | null;
}

const terminalsMax = 64;
const outputDefaultCharacters = 256 * 1024;
const outputMaxCharacters = 4 * 1024 * 1024;

export class Terminals {
  readonly #errands: Errands;
  readonly #timeoutMs: number;
  readonly #signal: AbortSignal;
  readonly #open = new Map<string, Terminal>();
  #count = 0;

  constructor(errands: Errands, timeoutMs: number, signal: AbortSignal) {
    this.#errands = errands;
    this.#timeoutMs = timeoutMs;
    this.#signal = signal;
  }

  /** `cwd`: absolute, and inside of the task's folder. */
  create({ command, args = [], env = [], outputByteLimit }: CreateTerminalRequest, cwd: string) {
    if (this.#open.size >= terminalsMax) throw new Error(`more than ${terminalsMax} terminals`);
    this.#count += 1;
    const name = `terminal-${this.#count}`;
    const control = new AbortController();
    const maxCharacters = Math.min(outputByteLimit ?? outputDefaultCharacters, outputMaxCharacters);
    const run = this.#errands.run({
      argv:
        args.length === 0 && /\s/.test(command) ? ['/bin/sh', '-c', command] : [command, ...args],
      env: Object.fromEntries(env.map(({ name: key, value }) => [key, value])),
      ...{ cwd, timeoutMs: this.#timeoutMs },
      signal: AbortSignal.any([this.#signal, control.signal]),
      said: (text) => this.#hear(name, text),
    });
    const ended = run.then(({ ending }) => {
      const status = statusOf(ending);
      terminal.status = status;
      return status;
    });
    const terminal: Terminal = {
      ...{ control, ended, maxCharacters, output: '', truncated: false, status: null },
    };
    this.#open.set(name, terminal);
    return name;
  }

  output(name: string): TerminalOutputResponse {
    const { output, truncated, status } = this.#named(name);
    return { output, truncated, ...(status && { exitStatus: status }) };
  }

  wait(name: string): Promise<TerminalExitStatus> {
    return this.#named(name).ended;
  }

  async kill(name: string): Promise<void> {
    const { control, ended } = this.#named(name);
    control.abort();
    await ended;
  }

  async release(name: string): Promise<void> {
    await this.kill(name);
    this.#open.delete(name);
  }

  /** Nothing of them runs any more when this resolves. */
  async close(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((name) => this.release(name)));
  }

  #named(name: string): Terminal {
    const terminal = this.#open.get(name);
    if (!terminal) throw new Error(`there is no terminal ${name}`);
    return terminal;
  }

  /** The end is kept: that is where a program says how it went. */
  #hear(name: string, text: string): void {
    const terminal = this.#open.get(name);
    if (!terminal) return;
    const all = terminal.output + text;
    terminal.truncated ||= all.length > terminal.maxCharacters;
    terminal.output = all.slice(-terminal.maxCharacters);
  }
}

function statusOf(ending: Ending): TerminalExitStatus {
  switch (ending.kind) {
    case 'exited':
      return { exitCode: ending.exitCode };
    case 'killed':
      return { signal: ending.signal };
    case 'timed-out':
    case 'cancelled':
      return { signal: 'SIGTERM' };
    case 'faulted':
      return { exitCode: 127 };
  }
}

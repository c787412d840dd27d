/** Runs tmux on a socket of our own, and nothing else does. */
import { spawn } from 'node:child_process';
import { UserError } from '../kernel/user-error.ts';

export interface TmuxWorld {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whose server is spoken to: a person's own one is never touched. */
  readonly socket: string;
}

export interface TmuxAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class Tmux {
  readonly #world: TmuxWorld;

  constructor(world: TmuxWorld) {
    this.#world = world;
  }

  /** Throws a UserError when there is no tmux, an Error with its words when it would not. */
  async do(words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.ask(words);
    if (code !== 0) throw new Error(`tmux ${words[0]}: ${stderr.trim() || `exit ${code}`}`);
    return stdout;
  }

  ask(words: readonly string[]): Promise<TmuxAnswer> {
    return this.#run(words, 'pipe');
  }

  /** Hands it this terminal until it gives it back. */
  async show(words: readonly string[]): Promise<number> {
    return (await this.#run(words, 'inherit')).code;
  }

  #run(words: readonly string[], stdio: 'pipe' | 'inherit'): Promise<TmuxAnswer> {
    const { environment, socket } = this.#world;
    // Inside of another tmux it would refuse to be shown.
    const { TMUX: _, TMUX_PANE: __, ...env } = environment;
    const child = spawn('tmux', ['-L', socket, '-f', '/dev/null', ...words], { env, stdio });
    let [stdout, stderr] = ['', ''];
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    return new Promise((resolve, reject) => {
      child.on('error', (error: NodeJS.ErrnoException) => {
        reject(error.code === 'ENOENT' ? missing() : error);
      });
      child.on('close', (code) => resolve({ code: code ?? 1, stdout, stderr }));
    });
  }
}

function missing(): UserError {
  const hint =
    'install it (apt-get install tmux, or brew install tmux), or look at one agent without it: ' +
    'troupe attach AGENT';
  return new UserError('tmux.missing', 'tmux is not installed', hint);
}

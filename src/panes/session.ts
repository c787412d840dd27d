/**
 * A tmux session with a pane for each agent of a run.
 *
 * Owns: the session of that name on our own socket, and the panes in it.
 * Invariants: panes are views and nothing else: closing one stops nobody, and what is typed into
 * one is read by its view; only what it made itself is closed.
 */
import type { Tmux } from './tmux.ts';

export interface View {
  readonly title: string;
  /** A program and its arguments: no shell reads them. */
  readonly command: readonly string[];
}

export interface SessionPlan {
  readonly run: string;
  /** Absolute: where the views are started. */
  readonly cwd: string;
  readonly views: readonly View[];
}

/** More of them nobody can read at once. */
export const panesMax = 16;

export class Session {
  readonly name: string;
  readonly #tmux: Tmux;

  private constructor(tmux: Tmux, name: string) {
    this.#tmux = tmux;
    this.name = name;
  }

  /** One that is there already is shown again. */
  static async open(tmux: Tmux, plan: SessionPlan): Promise<Session> {
    const session = new Session(tmux, sessionName(plan.run));
    const { code } = await tmux.ask(['has-session', '-t', session.#target]);
    if (code !== 0) await session.#make(plan);
    return session;
  }

  /** Resolves when the person left it, or its last pane is closed. */
  async show(): Promise<void> {
    await this.#tmux.show(['attach-session', '-t', this.#target]);
  }

  /** Unless somebody else still looks at it. */
  async close(): Promise<void> {
    const clients = await this.#tmux.ask(['list-clients', '-t', this.#target]);
    if (clients.code !== 0 || clients.stdout.trim() !== '') return;
    await this.#tmux.ask(['kill-session', '-t', this.#target]);
  }

  async #make({ cwd, views }: SessionPlan): Promise<void> {
    const [first, ...rest] = views.slice(0, panesMax);
    if (!first) return;
    const size = ['-x', '200', '-y', '50'];
    const made = ['-d', '-P', '-F', '#{pane_id}', '-c', cwd];
    const pane = await this.#tmux.do([
      ...['new-session', '-s', this.name, ...size, ...made],
      ...first.command,
    ]);
    await this.#title(pane, first);
    await this.#dress();
    for (const view of rest) {
      const words = ['split-window', '-t', this.#target, ...made, ...view.command];
      await this.#title(await this.#tmux.do(words), view);
      // Else the next one finds no room.
      await this.#tmux.do(['select-layout', '-t', this.#target, 'tiled']);
    }
  }

  async #title(pane: string, { title }: View): Promise<void> {
    await this.#tmux.do(['select-pane', '-t', pane.trim(), '-T', title]);
  }

  async #dress(): Promise<void> {
    const settings = [
      ['pane-border-status', 'top'],
      ['pane-border-format', ' #{pane_title} '],
      ['status-right', ' Ctrl-b d leaves, the run goes on '],
      ['status-right-length', '60'],
      ['mouse', 'on'],
    ];
    for (const [name = '', value = ''] of settings) {
      await this.#tmux.ask(['set-option', '-t', this.#target, name, value]);
      await this.#tmux.ask(['set-option', '-w', '-t', this.#target, name, value]);
    }
  }

  /** `=`: this name, and no other that begins like it. */
  get #target(): string {
    return `=${this.name}:`;
  }
}

/** tmux has meanings of its own for dots and colons. */
const sessionName = (run: string): string => `troupe-${run.replaceAll(/[^\w-]/g, '_')}`;

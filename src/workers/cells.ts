/**
 * The processes of isolated agents, each with the one agent that works in it.
 *
 * Owns: the processes. Invariants:
 * - an agent, named with its run, has one at a time;
 * - one that has had nothing to do for `idleMs` is ended: its agent gets another one for more;
 * - none is left when they are closed, nor when the runtime is killed: also one that stands still,
 *   and hears of nothing, is ended by our guardian, and by whoever resumes the run.
 */
import { type ChildProcess, fork, type StdioOptions } from 'node:child_process';
import type { Fault } from '../../machines/outcome.ts';
import { type Run, runMarks } from '../agents/processes/environment.ts';
import { type Guardian, openGuardian } from '../agents/processes/guardian.ts';
import type { WebSocketHub } from '../bus/websocket-hub.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../kernel/clock.ts';
import { type Random, randomName } from '../kernel/random.ts';
import { gone } from '../own-process.ts';
import type { Workforce } from './workforce.ts';

/** What a process is told first. */
export interface IsolatedOrder {
  readonly url: string;
  readonly token: string;
  readonly name: string;
  readonly home: string;
  readonly cwd: string;
}

export interface CellsOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly workforce: Workforce;
  readonly hub: WebSocketHub;
  readonly token: string;
  /** What a process runs. */
  readonly file: string;
  readonly idleMs?: number;
}

interface Cell {
  readonly name: string;
  readonly child: ChildProcess;
  /** It ended, and nobody had asked it to. */
  readonly onExit: (code: number | null, signal: string | null) => void;
  /** Ends the wait after which it is ended; null while it works. */
  keep: (() => void) | null;
}

/** Long enough for the next task of an agent that has more to do. */
const idleMsDefault = 5_000;
/** Its agents have the time to end as they do after a Ctrl-C. */
const endWithinMs = 15_000;

export class Cells {
  readonly workforce: Workforce;
  readonly #options: CellsOptions;
  readonly #guardian: Guardian;
  readonly #cells = new Map<string, Cell>();
  /** Those that were asked to end. */
  readonly #ending = new Set<Promise<void>>();

  constructor(options: CellsOptions) {
    this.#options = options;
    this.workforce = options.workforce;
    this.#guardian = openGuardian({ environment: options.config.environment });
  }

  /** The agent is about to work: the name under which its process joins, a new one if need be. */
  enter(agent: string, run: Run): string {
    const cell = this.#cells.get(agent) ?? this.#begin(agent, run);
    cell.keep?.();
    cell.keep = null;
    return cell.name;
  }

  /** The agent has nothing to do. */
  leave(agent: string): void {
    const cell = this.#cells.get(agent);
    if (!cell) return;
    const { clock, idleMs = idleMsDefault } = this.#options;
    cell.keep?.();
    cell.keep = clock.at(clock.now() + idleMs, () => this.#dismiss(agent, cell));
  }

  /** The agent's process does not answer any more: the next attempt gets a new one. */
  kill(agent: string): void {
    const cell = this.#cells.get(agent);
    this.#cells.delete(agent);
    cell?.keep?.();
    cell?.child.kill('SIGKILL');
  }

  /** Each ends what it works on when it hears nothing of us any more, and is waited for. */
  async close(): Promise<void> {
    for (const [agent, cell] of [...this.#cells]) this.#dismiss(agent, cell);
    await Promise.all(this.#ending);
    await this.#guardian.close();
  }

  #begin(agent: string, run: Run): Cell {
    const { file, random, hub, token, config } = this.#options;
    const name = `agent-${agent.replace(/[^\w.-]/g, '_').slice(0, 40)}-${randomName(random, 6)}`;
    const { home, cwd } = config;
    const order: IsolatedOrder = { url: `ws://127.0.0.1:${hub.port}`, token, name, home, cwd };
    const env = { ...config.environment, ...runMarks(run), ...this.#guardian.marks };
    this.#guardian.start();
    // Its own group: a Ctrl-C is for the run, which ends it.
    const stdio: StdioOptions = ['ignore', 'ignore', 'ignore', 'ipc'];
    const child = fork(file, [], { detached: true, stdio, env });
    this.#guard(child);
    const lost = (how: string): void => {
      if (this.#cells.get(agent) === cell) this.#cells.delete(agent);
      cell.keep?.();
      this.workforce.dismiss(name, crashed(agent, how));
    };
    const onExit: Cell['onExit'] = (code, signal) => lost(signal ?? `exit ${code}`);
    const cell: Cell = { name, child, onExit, keep: null };
    // One that could not even be started never exits.
    child.on('error', ({ message }) => lost(message));
    child.send(order, () => {});
    child.once('exit', onExit);
    this.#cells.set(agent, cell);
    return cell;
  }

  #guard(child: ChildProcess): void {
    const { pid } = child;
    if (pid === undefined) return;
    this.#guardian.enrol(pid);
    child.once('exit', () => this.#guardian.release(pid));
  }

  #dismiss(agent: string, { child, keep, onExit }: Cell): void {
    keep?.();
    this.#cells.delete(agent);
    child.removeListener('exit', onExit);
    if (child.connected) child.disconnect();
    const end = gone(child, endWithinMs, this.#options.clock);
    this.#ending.add(end);
    void end.then(() => this.#ending.delete(end));
  }
}

const crashed = (agent: string, how: string): Fault => ({
  code: 'agent.crashed',
  message: `the process of ${agent} is gone (${how})`,
  retryable: true,
});

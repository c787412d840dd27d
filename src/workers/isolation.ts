/**
 * Has each agent of a run work in a process of its own on this machine: when one crashes, or takes
 * all memory, no other one and not the run either go with it.
 *
 * Owns: the processes, one for each agent that has worked, and the hub on loopback that they join.
 * Invariants:
 * - nobody else can join: the token is known to the processes alone;
 * - a process ends with the run, and when the runtime is killed.
 */
import { type ChildProcess, fork } from 'node:child_process';
import type { Fault, Outcome } from '../../machines/outcome.ts';
import { noOutput, noUsage } from '../../machines/outcome.ts';
import type { AgentWorld, Assignment } from '../agents/agent.ts';
import { openHub } from '../bus/open-bus.ts';
import type { WebSocketHub } from '../bus/websocket-hub.ts';
import { type Config, readVersion } from '../config.ts';
import { type Clock, systemClock } from '../kernel/clock.ts';
import { type Random, randomName, systemRandom } from '../kernel/random.ts';
import { UserError } from '../kernel/user-error.ts';
import { bundledFile, gone } from '../own-process.ts';
import { attemptUsdMax } from '../plan/compile.ts';
import type { PlanRole } from '../plan/plan.ts';
import type { RunFolder, RunOrder } from '../runs/folder.ts';
import { attemptAt, isStuck } from './remote-attempt.ts';
import { type Duty, type Elsewhere, isRemote, openElsewhere } from './wanted.ts';
import { passOf } from './worker-pass.ts';
import { Workforce } from './workforce.ts';

/** What a process is told first. */
export interface IsolatedOrder {
  readonly url: string;
  readonly token: string;
  readonly name: string;
  readonly home: string;
  readonly cwd: string;
}

export interface Isolation {
  /** Resolves when none of the processes is left. */
  close(): Promise<void>;
}

/** Long: a process that works hard is not gone, and one that is gone is seen to go. */
const leaseMs = 120_000;
const startWithinMs = 60_000;
/** Its agents have the time to end as they do after a Ctrl-C. */
const endWithinMs = 15_000;

/** For the runs that are begun from now on, until it is closed. */
export async function openIsolation({ config }: { readonly config: Config }): Promise<Isolation> {
  const [clock, random] = [systemClock, systemRandom];
  const file = processFile();
  const token = randomName(random, 40);
  const admit = (given: string, name: string) =>
    given === token && name.startsWith('agent-') ? passOf(name, () => true) : null;
  const hub = await openHub({ admit, leaseMs });
  const about = { clock, random, leaseMs, quietMs: 0, version: readVersion(), isPrivate: true };
  const workforce = new Workforce({ bus: hub, ...about });
  const cells = new Cells({ config, clock, random, workforce, hub, token, file });
  const keepHere = openElsewhere(config, (folder, order) => new Isolated(cells, folder, order));
  return {
    async close() {
      keepHere();
      await cells.close();
      workforce.close();
      hub.close();
    },
  };
}

interface Around {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly workforce: Workforce;
  readonly hub: WebSocketHub;
  readonly token: string;
  readonly file: string;
}

/** The processes by the agent that has each. */
class Cells {
  readonly workforce: Workforce;
  readonly #around: Around;
  readonly #cells = new Map<string, { readonly name: string; readonly child: ChildProcess }>();

  constructor(around: Around) {
    this.#around = around;
    this.workforce = around.workforce;
  }

  /** The name under which the agent's process joins; a new one where there is none. */
  nameFor(agent: string): string {
    const known = this.#cells.get(agent);
    if (known) return known.name;
    const { file, random, hub, token, config } = this.#around;
    const name = `agent-${agent.replace(/[^\w.-]/g, '_').slice(0, 40)}-${randomName(random, 6)}`;
    const { home, cwd } = config;
    const order: IsolatedOrder = { url: `ws://127.0.0.1:${hub.port}`, token, name, home, cwd };
    // Its own group: a Ctrl-C is for the run, which ends it.
    const child = fork(file, [], { detached: true, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const lost = (how: string): void => {
      if (this.#cells.get(agent)?.child === child) this.#cells.delete(agent);
      this.workforce.dismiss(name, crashed(agent, how));
    };
    // One that could not even be started never exits.
    child.on('error', ({ message }) => lost(message));
    child.send(order, () => {});
    child.once('exit', (code, signal) => lost(signal ?? `exit ${code}`));
    this.#cells.set(agent, { name, child });
    return name;
  }

  /** The agent's process does not answer any more: the next attempt gets a new one. */
  end(agent: string): void {
    const cell = this.#cells.get(agent);
    this.#cells.delete(agent);
    cell?.child.kill('SIGKILL');
  }

  /** Each ends what it works on when it hears nothing of us any more, and is waited for. */
  async close(): Promise<void> {
    const children = [...this.#cells.values()].map(({ child }) => child);
    this.#cells.clear();
    for (const child of children) {
      child.removeAllListeners('exit');
      if (child.connected) child.disconnect();
    }
    await Promise.all(children.map((child) => gone(child, endWithinMs, this.#around.clock)));
  }
}

class Isolated implements Elsewhere {
  readonly #cells: Cells;
  readonly #folder: RunFolder;
  readonly #order: RunOrder;

  constructor(cells: Cells, folder: RunFolder, order: RunOrder) {
    this.#cells = cells;
    this.#folder = folder;
    this.#order = order;
  }

  judge(role: PlanRole): 'here' | Fault {
    return isRemote(role) ? nobodyElse(role) : 'here';
  }

  async attempt(
    { role, limits, price }: Duty,
    assignment: Assignment,
    world: AgentWorld,
  ): Promise<Outcome> {
    const { workforce } = this.#cells;
    const name = this.#cells.nameFor(assignment.agent);
    const wish = { role: role.name, labels: [name] };
    const seat = await workforce.seat(wish, startWithinMs, world.signal);
    if (seat === null) {
      this.#cells.end(assignment.agent);
      return neverStarted();
    }
    const order = {
      ...{ run: this.#folder.id, runFolder: this.#folder.path, speed: this.#order.speed },
      ...{ role, limits, price, keeps: false, git: false, returns: [] },
      ...({ files: 'beside', place: 'shared' } as const),
    };
    const errand = { order, sent: [], taken: [], isFree: attemptUsdMax(role) === 0 };
    const outcome = await attemptAt(workforce, seat, errand, assignment, world);
    if (isStuck(outcome)) this.#cells.end(assignment.agent);
    // Its process is gone, and the agent with it: its supervisor decides.
    if (outcome.kind !== 'interrupted' || outcome.fault.code !== 'agent.crashed') return outcome;
    return { ...outcome, kind: 'failed' };
  }
}

const nobodyElse = ({ name }: PlanRole): Fault => ({
  code: 'worker.no-bus',
  message: `${name} works elsewhere, and --isolate lets nobody join: give the run --bus instead`,
  retryable: false,
});

const crashed = (agent: string, how: string): Fault => ({
  code: 'agent.crashed',
  message: `the process of ${agent} is gone (${how})`,
  retryable: true,
});

function neverStarted(): Outcome {
  const message = `its process did not start within ${startWithinMs / 1_000} s`;
  const fault = { code: 'agent.crashed', message, retryable: true };
  const measured = { durationMs: 0, output: noOutput, usage: noUsage, evidence: [] };
  return { kind: 'failed', fault, ...measured };
}

function processFile(): string {
  const found = bundledFile('isolated-agent.js');
  if (found) return found;
  const hint = 'use an installed Troupe, or npm run build';
  throw new UserError('isolate.not-built', 'the file of an agent process is not there', hint);
}

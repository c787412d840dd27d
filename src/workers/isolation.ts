/**
 * Has each agent of a run work in a process of its own on this machine: when one crashes, or takes
 * all memory, no other one and not the run either go with it.
 *
 * Owns: the processes of the agents at work, and the hub on loopback that they join. Invariant:
 * nobody else can join: the token is known to the processes alone.
 */
import type { Fault, Outcome } from '../../machines/outcome.ts';
import { noOutput, noUsage } from '../../machines/outcome.ts';
import type { AgentWorld, Assignment } from '../agents/agent.ts';
import { openHub } from '../bus/open-bus.ts';
import { type Config, readVersion } from '../config.ts';
import { systemClock } from '../kernel/clock.ts';
import { randomName, systemRandom } from '../kernel/random.ts';
import { UserError } from '../kernel/user-error.ts';
import { bundledFile } from '../own-process.ts';
import { attemptUsdMax } from '../plan/compile.ts';
import type { PlanRole } from '../plan/plan.ts';
import type { RunFolder, RunOrder } from '../runs/folder.ts';
import { Cells } from './cells.ts';
import { attemptAt, isStuck } from './remote-attempt.ts';
import { type Duty, type Elsewhere, isRemote, openElsewhere } from './wanted.ts';
import type { Terms } from './wire.ts';
import { passOf } from './worker-pass.ts';
import { Workforce } from './workforce.ts';

export interface Isolation {
  /** Resolves when none of the processes is left. */
  close(): Promise<void>;
}

/** Long: a process that works hard is not gone, and one that is gone is seen to go. */
const leaseMs = 120_000;
const startWithinMs = 60_000;

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
  const keepHere = openElsewhere(config, (folder, order) => new Isolated(cells, folder, order), {
    joinedBy: 'nobody',
  });
  return {
    async close() {
      keepHere();
      await cells.close();
      workforce.close();
      hub.close();
    },
  };
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

  async attempt(duty: Duty, assignment: Assignment, world: AgentWorld): Promise<Outcome> {
    const agent = `${this.#folder.id}/${assignment.agent}`;
    try {
      return await this.#attempt(agent, duty, assignment, world);
    } finally {
      this.#cells.leave(agent);
    }
  }

  close(): void {}

  async #attempt(
    agent: string,
    { role, limits, price }: Duty,
    assignment: Assignment,
    world: AgentWorld,
  ): Promise<Outcome> {
    const { workforce } = this.#cells;
    const { id: runId, path: runFolder } = this.#folder;
    const name = this.#cells.enter(agent, { runId, runFolder });
    const wish = { role: role.name, labels: [name] };
    const seat = await workforce.seat(wish, startWithinMs, world.cancellation);
    if (seat === null) {
      this.#cells.kill(agent);
      return neverStarted();
    }
    const terms: Terms = {
      ...{ run: this.#folder.id, runFolder: this.#folder.path, speed: this.#order.speed },
      ...{ role, limits, price, keeps: false, git: false, returns: [] },
      ...({ files: 'beside', place: 'shared' } as const),
    };
    const isFree = attemptUsdMax(role) === 0;
    const errand = { terms, use: 'once', sent: [], taken: [], isFree } as const;
    const outcome = await attemptAt(workforce, seat, errand, assignment, world);
    if (isStuck(outcome)) this.#cells.kill(agent);
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

/**
 * Hosts the memory worker of a home: an actor with the life of an agent, for whoever stays alive.
 *
 * Owns: its system, memory while it is open, and the lock by which there is one worker a home.
 * Nothing of it is journalled: what it does can be done again, and memory itself is durable.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { MemoryFact } from '../../machines/events.ts';
import { address } from '../../machines/ids.ts';
import { memoryWorkerMachine } from '../../machines/memory-worker.ts';
import type { Fault } from '../../machines/outcome.ts';
import type { UpkeepReport } from '../../machines/rules/upkeep.ts';
import { type Budget, type FileLock, type Memory, takeFileLock } from '../../memory/index.ts';
import type { Config } from '../config.ts';
import { MemoryJournal } from '../journal/memory.ts';
import type { Clock } from '../kernel/clock.ts';
import { System } from '../kernel/system.ts';
import { catchUp } from './catch-up.ts';
import { liveRuns } from './live-runs.ts';
import { openMemoryOf } from './opening.ts';
import { isWanted, memoryFolder } from './place.ts';

export interface MemoryWorkerSettings {
  /** Between two rounds. Default: 5 minutes. */
  readonly intervalMs?: number;
  /** What may stay in reach; the rest is archived. Default: 100,000 tasks. */
  readonly budget?: Budget;
  /** Told of every round. */
  readonly onFact?: (fact: MemoryFact) => void;
}

export interface MemoryWorkerOptions extends MemoryWorkerSettings {
  readonly config: Config;
  readonly clock: Clock;
}

export interface MemoryWorker {
  /** A round now, when none is under way. */
  readonly maintain: () => Promise<void>;
  /** `idle`, `working`, `standby` while another process has the place, `stopped`, `crashed`. */
  readonly state: () => string;
  readonly close: () => Promise<void>;
}

const worker = address('memory-worker');
const defaultIntervalMs = 5 * 60_000;
const defaultBudget: Budget = { tasksMax: 100_000 };
/** Bounds of one round: the next one goes on. */
const inspectedMax = 2_000;
const renewedMax = 2_000;
/** To look for near-duplicates is the one thing that reads everything. */
const roundsBetweenMerges = 12;

export async function openMemoryWorker(options: MemoryWorkerOptions): Promise<MemoryWorker> {
  const { clock, onFact, intervalMs = defaultIntervalMs } = options;
  const hands = new Hands(options);
  const system = await System.open({
    log: new MemoryJournal(),
    machines: [memoryWorkerMachine],
    behaviours: {
      'memory-worker': {
        open: () => hands.open(),
        register: () => hands.register(),
        maintain: (call: { readonly input: { readonly round: number } }) =>
          hands.maintain(call.input.round),
      },
    },
    clock,
  });
  if (onFact) system.onFact(({ event }) => onFact(event as MemoryFact));
  const ref = await system.spawn(memoryWorkerMachine, { id: worker, input: { intervalMs } });
  return {
    maintain: () => ref.send({ type: 'memory.maintain' }),
    state: () => String(system.core.registry.lookUp(worker)?.state.at.value ?? 'gone'),
    close: async () => {
      await ref.send({ type: 'agent.stop' }).catch(() => {});
      await system.close();
      await hands.close();
    },
  };
}

/** What the machine's work is done with. */
class Hands {
  readonly #options: MemoryWorkerOptions;
  #memory: Memory | null = null;
  #lock: FileLock | null = null;
  #round: Promise<UpkeepReport> | null = null;

  constructor(options: MemoryWorkerOptions) {
    this.#options = options;
  }

  async open(): Promise<Fault | null> {
    const { config, clock } = this.#options;
    if (!isWanted(config.environment)) {
      const message = 'memory is switched off by TROUPE_MEMORY=off';
      return { code: 'memory.off', message, retryable: false };
    }
    this.#memory = await openMemoryOf(config, clock, { lives: 'long' });
    return null;
  }

  async register(): Promise<'registered' | 'taken'> {
    const folder = memoryFolder(this.#options.config.home);
    if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
    this.#lock ??= takeFileLock(join(folder, 'worker.lock'));
    return this.#lock === null ? 'taken' : 'registered';
  }

  maintain(round: number): Promise<UpkeepReport> {
    this.#round = this.#upkeep(round);
    return this.#round;
  }

  /** Whatever is under way comes to its end first: nothing is pulled from under it. */
  async close(): Promise<void> {
    await this.#round?.catch(() => {});
    await this.#memory?.close();
    this.#lock?.release();
  }

  async #upkeep(round: number): Promise<UpkeepReport> {
    const { config, clock, budget = defaultBudget } = this.#options;
    const memory = this.#memory as Memory;
    const { manager } = memory;
    const remembered = await catchUp({ home: config.home, memory, clock });
    const inspected = await manager.inspect(inspectedMax);
    const renewed = await manager.renew(renewedMax);
    const live = await liveRuns(config.home);
    const isTimeToMerge = round % roundsBetweenMerges === 1;
    const merged = isTimeToMerge ? manager.consolidate(manager.duplicates(live)) : 0;
    const archived = merged + manager.archive(manager.surplus(budget, live));
    await memory.tidy();
    return { remembered, inspected, renewed, outdated: manager.outdated(), archived };
  }
}

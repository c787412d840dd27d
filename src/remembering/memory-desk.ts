/** What a person may ask of memory: opened, brought up to date, asked, and closed again. */
import { existsSync } from 'node:fs';
import {
  chromaState,
  type Health,
  type Memory,
  type MemoryCounts,
  openMemory,
  setUpChroma,
} from '../../memory/index.ts';
import type { Config } from '../config.ts';
import { lockOwner } from '../journal/lock.ts';
import type { Clock } from '../kernel/clock.ts';
import { UserError } from '../kernel/user-error.ts';
import { listRuns } from '../runs/folder.ts';
import { catchUp } from './catch-up.ts';
import { isWanted, memoryFolder, memoryOptions } from './place.ts';

/** As `troupe memory stats --json` prints it. */
export interface MemoryStats extends MemoryCounts {
  readonly store: 'exact' | 'chroma';
  readonly store_why: string;
}

/** Which index would search, and what could be done about it. */
export interface MemoryState {
  readonly tasks: number;
  readonly store: 'exact' | 'chroma';
  readonly why: string;
  /** Whether Chroma could run here: yes, once it is set up, or never. */
  readonly chroma: 'ready' | 'needs-setup' | 'missing';
}

export interface Forgettable {
  readonly id: number;
  readonly run_id: string;
  readonly task_id: string;
  readonly prompt: string;
  readonly finished_at: number;
}

export type Prunable = Pick<Forgettable, 'id' | 'run_id' | 'task_id'>;

export class MemoryDesk {
  readonly #config: Config;
  readonly #clock: Clock;

  constructor(config: Config, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
  }

  /** Without changing anything: for who looks at the machine. */
  async state(): Promise<MemoryState> {
    const { home } = this.#config;
    const { kind, why } = chromaState(memoryFolder(home));
    if (!existsSync(memoryFolder(home))) {
      return { tasks: 0, store: 'exact', why: why || 'nothing is remembered yet', chroma: kind };
    }
    return this.#with(async (memory) => {
      const store = await memory.store();
      return { tasks: memory.count, store: store.kind, why: store.why, chroma: kind };
    });
  }

  async stats(): Promise<MemoryStats> {
    return this.#caughtUp(async (memory) => {
      const { kind, why } = await memory.store();
      return { ...memory.stats(), store: kind, store_why: why };
    });
  }

  /** The tasks that a person may mean: by `run/task`, by a run, or by words that stand in them. */
  async meant(words: string): Promise<readonly Forgettable[]> {
    if (words.trim() === '') throw nothingNamed();
    return this.#caughtUp(async (memory) =>
      memory.meant(words).map(({ id, runId, taskId, prompt, finishedAt }) => ({
        ...{ id, run_id: runId, task_id: taskId, prompt, finished_at: finishedAt },
      })),
    );
  }

  /** Out of the database and of every copy; the folders of runs are a person's own. */
  async forget(ids: readonly number[]): Promise<number> {
    return this.#with((memory) => memory.forget(ids));
  }

  /** What would go if only so many were to stay: nothing pinned, nothing of a run that is alive. */
  async prunable(keep: number): Promise<readonly Prunable[]> {
    return this.#caughtUp(async (memory) => {
      const { home } = this.#config;
      const runs = (await listRuns(home)).filter(({ path }) => lockOwner(path) !== null);
      const live: ReadonlySet<string> = new Set(runs.map(({ id }) => id));
      const least = memory.leastWorth(keep, live);
      return least.map(({ id, runId, taskId }) => ({ id, run_id: runId, task_id: taskId }));
    });
  }

  async health(): Promise<Health> {
    return this.#caughtUp(async (memory) => memory.health());
  }

  /** Makes Chroma run here and tries it; answers what was done, in a sentence. */
  async setUp(): Promise<string> {
    return setUpChroma(memoryFolder(this.#config.home), this.#clock);
  }

  #caughtUp<Answer>(ask: (memory: Memory) => Promise<Answer>): Promise<Answer> {
    return this.#with(async (memory) => {
      await catchUp({ home: this.#config.home, memory, clock: this.#clock });
      return ask(memory);
    });
  }

  async #with<Answer>(ask: (memory: Memory) => Promise<Answer>): Promise<Answer> {
    if (!isWanted(this.#config.environment)) throw switchedOff();
    const memory = openMemory(memoryOptions(this.#config, this.#clock));
    try {
      return await ask(memory);
    } finally {
      await memory.close();
    }
  }
}

export function switchedOff(): UserError {
  const message = 'memory is switched off by TROUPE_MEMORY=off';
  return new UserError('memory.off', message, 'unset it to ask what was done before');
}

function nothingNamed(): UserError {
  const hint = 'name a run, a task as RUN/TASK, or words that stand in what is to go';
  return new UserError('memory.nothing-named', 'nothing is named that could be forgotten', hint);
}

/** What a person may ask of memory: opened, brought up to date, asked, and closed again. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  type ArchivedTask,
  type Budget,
  chromaState,
  type Health,
  type Imported,
  type Memory,
  type MemoryCounts,
  readLines,
  setUpChroma,
  type TaskMemory,
  tokensIn,
  tokenWarning,
} from '../../memory/index.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../kernel/clock.ts';
import { systemRandom } from '../kernel/random.ts';
import { UserError } from '../kernel/user-error.ts';
import { catchUp } from './catch-up.ts';
import type { ForgettingWorld } from './forgetting.ts';
import { liveRuns } from './live-runs.ts';
import { type Note, noteOf } from './notes.ts';
import { openMemoryOf } from './opening.ts';
import { isWanted, memoryFolder } from './place.ts';
import { findUseful, withReminders } from './reminder.ts';
import type { Forgettable, Trail } from './trail.ts';

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

/** What would go to keep to a budget, with what it is worth, from 0 to 1. */
export interface SurplusTask extends Pick<Forgettable, 'id' | 'run_id' | 'task_id'> {
  readonly worth: number;
  readonly why: string;
}

/** What recall would put in front of a prompt. */
export interface Told {
  /** The whole prompt; empty when nothing is like it. */
  readonly text: string;
  readonly sources: readonly string[];
  /** That it adds, nearly. */
  readonly tokens: number;
  readonly warning: string | null;
}

/** A task that is kept out of the way. */
export interface PutAway extends Forgettable {
  readonly archived_at: number;
  readonly why: string;
}

/** Files looked at before anything is judged by them. */
const inspectedMax = 2_000;

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

  /** Keeps what somebody said; answers what it is called, as `forget` knows it. */
  async note(note: Note): Promise<string> {
    const kept = noteOf(note, this.#clock.now());
    await this.#with((memory) => memory.remember([kept]));
    return `${kept.runId}/${kept.taskId}`;
  }

  /** The tasks that a person may mean: by `run/task`, by a run, or by words that stand in them. */
  async meant(words: string): Promise<readonly Forgettable[]> {
    if (words.trim() === '') throw nothingNamed();
    return this.#caughtUp(async (memory) => memory.meant(words).map(shown));
  }

  /** Those of these tasks that are remembered or archived. */
  async named(names: readonly { readonly run: string; readonly task: string }[]) {
    return this.#with(async (memory) =>
      names.flatMap(({ run, task }) => {
        const found = memory.meant(`${run}/${task}`);
        return found.filter(({ runId, taskId }) => runId === run && taskId === task).map(shown);
      }),
    );
  }

  /** Out of the database, its archive, our exports, every copy; and of nothing else. */
  async forget(ids: readonly number[]): Promise<number> {
    return this.#with((memory) => memory.forget(ids));
  }

  /** All that there is of the tasks that a person may mean: what `forgetTrails` takes away. */
  async trails(words: string): Promise<readonly Trail[]> {
    const { trailsOf } = await import('./forgetting.ts');
    return trailsOf(await this.#everywhere(), words);
  }

  /** Everywhere but in the folders of their runs. Answers how many tasks. */
  async forgetTrails(trails: readonly Trail[]): Promise<number> {
    const { forgetTrails } = await import('./forgetting.ts');
    return forgetTrails(await this.#everywhere(), trails);
  }

  async #everywhere(): Promise<ForgettingWorld> {
    const [{ Archive }, { History }] = await Promise.all([
      import('../documents/archive.ts'),
      import('../conversations/history.ts'),
    ]);
    const [config, clock] = [this.#config, this.#clock];
    const archive = new Archive(config, clock, systemRandom);
    return { home: config.home, desk: this, history: new History(config.home, clock), archive };
  }

  /** What must go to keep to a budget: nothing pinned, nothing that a living run may need. */
  async surplus(budget: Budget): Promise<readonly SurplusTask[]> {
    return this.#caughtUp(async (memory) => {
      await memory.manager.inspect(inspectedMax);
      const going = memory.manager.surplus(budget, await liveRuns(this.#config.home));
      return going.map(({ id, runId, taskId, worth, why }) => ({
        ...{ id, run_id: runId, task_id: taskId, worth: Number(worth.toFixed(3)), why },
      }));
    });
  }

  /** Out of the way; `restore` brings them back. Answers how many. */
  async archive(tasks: readonly { readonly id: number; readonly why: string }[]): Promise<number> {
    return this.#with(async (memory) => memory.manager.archive(tasks));
  }

  /** Those in the archive that a person may mean; all of them for no words. */
  async archived(words: string): Promise<readonly PutAway[]> {
    return this.#with(async (memory) => memory.manager.archived(words).map(putAway));
  }

  /** Answers how many came back. */
  async restore(words: string): Promise<number> {
    return this.#with(({ manager }) => manager.restore(manager.archived(words)));
  }

  /** Answers how many it has changed. */
  async pin(ids: readonly number[], pin: 'on' | 'off'): Promise<number> {
    return this.#with(async (memory) => memory.manager.pin(ids, pin));
  }

  /** Puts away what says the same as something else; with `dryRun` only counts. */
  async consolidate({ dryRun = false } = {}): Promise<{ groups: number; archived: number }> {
    return this.#caughtUp(async ({ manager }) => {
      await manager.inspect(inspectedMax);
      const groups = manager.duplicates(await liveRuns(this.#config.home));
      const count = groups.reduce((sum, { likes }) => sum + likes.length, 0);
      return { groups: groups.length, archived: dryRun ? count : manager.consolidate(groups) };
    });
  }

  /** Everything, archived or not, as lines of JSON. Answers how many. */
  async export(path: string): Promise<number> {
    return this.#caughtUp((memory) => memory.manager.export(resolve(this.#config.cwd, path)));
  }

  /** Takes in what an export has; bad lines are named, and the others taken. */
  async import(path: string): Promise<Imported> {
    const file = resolve(this.#config.cwd, path);
    if (!existsSync(file)) throw noSuchFile(path);
    return this.#with((memory) => memory.manager.import(readLines(file)));
  }

  /** Gives what has a vector of another embedding one of that in use. Answers how many. */
  async reembed(onProgress: (renewed: number, of: number) => void): Promise<number> {
    return this.#caughtUp(async ({ manager }) => {
      const all = manager.outdated();
      return manager.renew(all, (renewed) => onProgress(renewed, all));
    });
  }

  async health(): Promise<Health> {
    return this.#caughtUp(async ({ manager }) => {
      await manager.inspect(inspectedMax);
      return manager.health(await liveRuns(this.#config.home));
    });
  }

  /** What an agent would be told of the past with such a prompt, and how large that is. */
  async told(prompt: string, count: number): Promise<Told> {
    return this.#caughtUp(async (memory) => {
      const found = await findUseful(memory, { prompt, count });
      const text = found.length === 0 ? '' : withReminders(prompt, found, this.#clock.now());
      const tokens = text === '' ? 0 : tokensIn(text) - tokensIn(prompt);
      const sources = found.map(({ task }) => `${task.runId}/${task.taskId}`);
      return { text, sources, tokens, warning: tokenWarning(tokens) };
    });
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
    const memory = await openMemoryOf(this.#config, this.#clock);
    try {
      return await ask(memory);
    } finally {
      await memory.close();
    }
  }
}

function shown({ id, runId, taskId, prompt, finishedAt }: TaskMemory): Forgettable {
  return { id, run_id: runId, task_id: taskId, prompt, finished_at: finishedAt };
}

function putAway(task: ArchivedTask): PutAway {
  return { ...shown(task), archived_at: task.archivedAt, why: task.why };
}

function noSuchFile(path: string): UserError {
  const hint = 'name a file that `troupe memory export` has written';
  return new UserError('memory.no-file', `there is no file ${path}`, hint);
}

export function switchedOff(): UserError {
  const message = 'memory is switched off by TROUPE_MEMORY=off';
  return new UserError('memory.off', message, 'unset it to ask what was done before');
}

function nothingNamed(): UserError {
  const hint = 'name a run, a task as RUN/TASK, or words that stand in what is to go';
  return new UserError('memory.nothing-named', 'nothing is named that could be forgotten', hint);
}

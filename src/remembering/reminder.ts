/**
 * Tells an agent of what was done before that is like its task, at the beginning of its prompt.
 *
 * Owns: memory, opened with the first task that asks for it. Whatever is wrong with memory, the
 * task goes on without it: a reminder is worth less than the work.
 */
import type { Memory, Similar } from '../../memory/index.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Recalled, TaskRecall } from '../runs/recalled.ts';
import { isWanted } from './place.ts';
import { promptCharsMax, solutionCharsMax } from './told.ts';

export interface Asked {
  readonly run: string;
  readonly task: string;
  readonly prompt: string;
  /** How many solutions, at most. */
  readonly count: number;
}

/** What is near enough and still holds, and is not the task itself. */
export async function findUseful(
  memory: Memory,
  { run, task, prompt, count }: Pick<Asked, 'prompt' | 'count'> & Partial<Asked>,
): Promise<readonly Similar[]> {
  const found = await memory.similar(prompt, count * lookedAtFactor);
  const useful = found.filter(
    ({ score, validity, task: past }) =>
      score >= scoreMin &&
      validity.verdict === 'good' &&
      past.solution !== '' &&
      !(past.runId === run && past.taskId === task),
  );
  return useful.slice(0, count);
}

type OnTold = (recall: TaskRecall, count: number) => void;

/** What is less like the task than that does more harm than good. */
const scoreMin = 0.3;
/** Some of the nearest may hold no more, or be of the same task. */
const lookedAtFactor = 4;
const readyMaxMs = 2_000;
const dayMs = 24 * 60 * 60 * 1_000;

export class Reminder {
  readonly #config: Config;
  readonly #clock: Clock;
  readonly #onTold: OnTold;
  #count = 0;
  #memory: Promise<Memory> | null = null;

  /** `onTold` hears of each task that is told of something; `count` is the number of such tasks. */
  constructor(config: Config, clock: Clock, onTold: OnTold = () => {}) {
    this.#config = config;
    this.#onTold = onTold;
    this.#clock = clock;
  }

  /** The prompt as the agent gets it. */
  async begin(asked: Asked): Promise<string> {
    if (asked.count === 0 || !isWanted(this.#config.environment)) return asked.prompt;
    try {
      const memory = await this.#open();
      const told = await findUseful(memory, asked);
      if (told.length === 0) return asked.prompt;
      memory.noteRecall(
        asked.run,
        asked.task,
        told.map(({ task }) => task.id),
      );
      this.#count += 1;
      this.#onTold({ task: asked.task, recalled: told.map(recalledOf) }, this.#count);
      return withReminders(asked.prompt, told, this.#clock.now());
    } catch {
      return asked.prompt;
    }
  }

  async close(): Promise<void> {
    await this.#memory?.then((memory) => memory.close()).catch(() => {});
  }

  /** Only a plan that asks for it pays for loading memory. */
  #open(): Promise<Memory> {
    this.#memory ??= this.#openReady();
    return this.#memory;
  }

  /** With what the last runs did, as far as that can be read while a task waits for it. */
  async #openReady(): Promise<Memory> {
    const [{ openMemoryOf }, { catchUp }] = await Promise.all([
      import('./opening.ts'),
      import('./catch-up.ts'),
    ]);
    const clock = this.#clock;
    const memory = await openMemoryOf(this.#config, clock, { lives: 'long' });
    const untilMs = clock.elapsed() + readyMaxMs;
    const isOver = (): boolean => clock.elapsed() > untilMs;
    await catchUp({ home: this.#config.home, memory, clock, isOver });
    return memory;
  }
}

function recalledOf({ score, task, validity }: Similar): Recalled {
  const { runId: run_id, taskId: task_id, finishedAt: finished_at } = task;
  const verified = task.evidence.some(({ kind, passed }) => passed && kind !== 'exit');
  return {
    run_id,
    task_id,
    score: Number(score.toFixed(4)),
    finished_at,
    verified,
    why: validity.why,
  };
}

export function withReminders(prompt: string, told: readonly Similar[], now: number): string {
  const parts = told.map(({ task, validity }) => {
    const from = `${task.runId}/${task.taskId}`;
    const head = `<recalled from="${from}" when="${daysAgo(now - task.finishedAt)}">`;
    const asked = `Asked: ${task.prompt.slice(0, promptCharsMax)}`;
    const done = `Done: ${task.solution.slice(0, solutionCharsMax)}`;
    return [head, asked, done, `Verdict: ${validity.why}`, '</recalled>'].join('\n');
  });
  const intro =
    'Troupe remembers tasks like the one below. What they say may help; check it first.';
  return [intro, ...parts, 'Your task:', prompt].join('\n\n');
}

function daysAgo(ms: number): string {
  const days = Math.floor(ms / dayMs);
  if (days < 1) return 'today';
  return days === 1 ? '1 day ago' : `${days} days ago`;
}

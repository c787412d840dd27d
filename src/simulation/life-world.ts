/** What a run's machines find in a simulated world: workers, checks, and a place for results. */
import type { TaskRecord } from '../../machines/events.ts';
import { type Outcome, unknownUsage } from '../../machines/outcome.ts';
import { recordOf, type TaskContext } from '../../machines/rules/attempt.ts';
import type { WorkInput } from '../../machines/rules/duty.ts';
import type { RunEnding } from '../../machines/rules/orchestration.ts';
import type { Verdict, VerifyInput } from '../../machines/task.ts';
import type { System } from '../kernel/system.ts';
import type { RunWorld, Worker } from '../runs/behaviours.ts';
import type { Around } from './around.ts';
import { diskFull } from './disk.ts';
import { type Mortal, never } from './mortal.ts';

const openMaxMs = 1_000;
const recallMaxMs = 2_000;
const checkMaxMs = 20_000;

/** A second report of an attempt has arrived. */
type Repeat = (input: WorkInput, outcome: Outcome) => void;

export class LifeWorld implements RunWorld {
  readonly #outside: Around;
  readonly #life: Mortal;
  readonly #repeat: Repeat;

  constructor(outside: Around, life: Mortal, repeat: Repeat) {
    this.#outside = outside;
    this.#life = life;
    this.#repeat = repeat;
  }

  // Properties, not methods: a test puts others in their place.
  readonly workerOf = (): Worker => this.#worker;

  readonly #worker: Worker = {
    open: () => this.#open(),
    work: (input, { signal }) => {
      if (!this.#life.alive) return never();
      const repeat = (outcome: Outcome): void => this.#repeat(input, outcome);
      const working = this.#outside.workshop.work(this.#life, input, signal, repeat);
      this.#life.reach('amid', this.#life.safe);
      return working;
    },
    recall: ({ task, attempt }) => {
      return this.#later(recallMaxMs, `${task}#${attempt}/recall`, () => ({ usage: unknownUsage }));
    },
  };

  #open() {
    const { luck } = this.#outside;
    const key = `open#${this.#outside.nextName()}`;
    if (luck.strikes('start', key)) {
      if (luck.unit(`${key}/hangs`) < 0.3) return never<null>();
      const fault = { code: 'agent.not-started', message: 'no process left', retryable: true };
      return this.#later(openMaxMs, key, () => fault);
    }
    return this.#later(openMaxMs, key, () => null);
  }

  readonly verify = (input: VerifyInput, signal: AbortSignal): Promise<Verdict> => {
    const { task, token, attempt } = input;
    const { luck, workshop } = this.#outside;
    const key = `${task}#${attempt}/check`;
    if (luck.strikes('check', key)) {
      if (luck.unit(`${key}/hangs`) < 0.5) return aborted(signal, () => verdict(false));
      return Promise.reject(new Error('the simulated checks broke'));
    }
    const passed = token !== null && workshop.done.has(token);
    return this.#later(checkMaxMs, `${key}/time`, () => verdict(passed));
  };

  readonly record = (record: TaskRecord): void => {
    if (!this.#life.alive) return;
    const { luck, results } = this.#outside;
    const { task, status } = record;
    if (luck.strikes('full', `result/${this.#life.number}/${task}`)) throw diskFull();
    results.set(task, record);
    this.#outside.see({ kind: 'result.written', task, status });
    this.#life.reach('amid', this.#life.safe);
  };

  readonly conclude = async ({ status }: RunEnding): Promise<void> => {
    if (!this.#life.alive) return never();
    this.#outside.see({ kind: 'run.concluded', status });
    this.#life.reach('amid', this.#life.safe);
  };

  /** As the crew does it: what a crash took away is made again of the journal. */
  restoreResults({ core }: System): void {
    for (const { state, chart } of core.registry.ended()) {
      if (chart.key !== 'task' || state.status !== 'done') continue;
      const context = state.context as TaskContext;
      if (this.#outside.results.has(context.spec.id)) continue;
      this.record(recordOf(context, state.at.value as 'succeeded'));
    }
  }

  /** Nobody may count on an answer in the same turn. */
  #later<Answer>(maxMs: number, key: string, answer: () => Answer): Promise<Answer> {
    const { time, luck } = this.#outside;
    return new Promise((resolve) => {
      time.after(luck.delayMs(maxMs, key), () => {
        if (this.#life.alive) resolve(answer());
      });
    });
  }
}

function verdict(passed: boolean): Verdict {
  const summary = `a simulated check ${passed ? 'passed' : 'did not pass'}`;
  const evidence = [{ kind: 'run', passed, summary, facts: { simulated: true } }];
  const fault = { code: 'verify.failed', message: summary, retryable: true };
  return { evidence, fault: passed ? null : fault };
}

function aborted<Answer>(signal: AbortSignal, answer: () => Answer): Promise<Answer> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(answer()), { once: true });
  });
}

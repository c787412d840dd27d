/**
 * One life of the runtime in a simulated world: the real system and the real run, from its opening
 * until it is over, stopped or killed.
 *
 * Invariants:
 * - once dead, nothing it still does is seen or felt outside;
 * - it begins only when whatever an earlier life has left was reaped.
 */
import type { TaskRecord } from '../../machines/events.ts';
import { agentAddress, runId, taskAddress } from '../../machines/ids.ts';
import { noUsage, type Outcome } from '../../machines/outcome.ts';
import { recordOf, type TaskContext } from '../../machines/rules/attempt.ts';
import type { WorkInput } from '../../machines/rules/duty.ts';
import type { RunEnding } from '../../machines/rules/orchestration.ts';
import type { Verdict, VerifyInput } from '../../machines/task.ts';
import type { Behaviours, Call } from '../kernel/behaviours.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Input } from '../kernel/input.ts';
import { System } from '../kernel/system.ts';
import type { Plan } from '../plan/plan.ts';
import { type RunWorld, runBehaviours, type Worker } from '../runs/behaviours.ts';
import { runFolder } from '../runs/folder.ts';
import { launch, runMachines } from '../runs/launch.ts';
import { factOf, Run, type RunEnd, type RunFact } from '../runs/run.ts';
import { DiskLog, diskFull, type SimulatedDisk } from './disk.ts';
import type { KillMoment } from './fault-mix.ts';
import type { Luck } from './luck.ts';
import { type Mortal, never } from './mortal.ts';
import type { People } from './people.ts';
import type { Planted } from './planted.ts';
import type { VirtualTime } from './virtual-time.ts';
import { WatchedLog } from './watched-log.ts';
import type { Unseen, Workshop } from './workshop.ts';

const openMaxMs = 1_000;
const recallMaxMs = 2_000;
const checkMaxMs = 20_000;

/** What a life is lived in, and leaves behind. */
export interface Around {
  readonly plan: Plan;
  readonly planted: Planted;
  readonly time: VirtualTime;
  readonly luck: Luck;
  readonly disk: SimulatedDisk;
  readonly workshop: Workshop;
  readonly people: People;
  readonly results: Map<string, TaskRecord>;
  readonly facts: RunFact[];
  readonly storeEvery: number;
  readonly see: (sighting: Unseen) => void;
  /** Names that never come twice, to draw luck by. */
  readonly nextName: () => number;
  /** Whether this life ends here, by order or by chance. */
  readonly strikesDead: (life: number, moment: KillMoment, n: number) => boolean;
  /** Whether somebody stops it gently now. */
  readonly stops: (life: number, n: number) => boolean;
  readonly lifeKilled: (life: Life) => void;
  /** It ended as it should, or could not go on. */
  readonly lifeOver: (life: Life, end: RunEnd) => void;
}

export class Life implements Mortal {
  readonly number: number;
  readonly #outside: Around;
  readonly #log: DiskLog;
  #state: 'alive' | 'dead' = 'alive';
  /** The last record that is on disk, and the last of which the effects have left. */
  #safe = 0;
  #performed = 0;
  /** Effects of work under way, to fake a second report of it. */
  readonly #effects = new Map<number, string>();
  #parts: { readonly system: System; readonly run: Run } | null = null;

  constructor(outside: Around, number: number) {
    this.#outside = outside;
    this.number = number;
    this.#log = new DiskLog(outside.disk, this);
  }

  get alive(): boolean {
    return this.#state === 'alive';
  }

  get steps(): number {
    return this.#parts?.system.core.steps ?? 0;
  }

  /** Of the state of its actors. */
  get hash(): string {
    return this.#parts?.system.hash() ?? '';
  }

  async open(): Promise<void> {
    const { workshop, people, plan, planted } = this.#outside;
    await workshop.reap();
    this.#outside.see({ kind: 'runtime.opened', life: this.number });
    const log = new WatchedLog(planted.log(this.#log), this, (n) => {
      this.#outside.see({ kind: 'input.acknowledged', n });
    });
    const system = await System.restore({
      log,
      machines: runMachines,
      behaviours: this.#behaviours(),
      clock: this.#clock(),
      storeEvery: this.#outside.storeEvery,
      onActFailed: (_act, error) => run.halt(error),
    });
    const run: Run = new Run({
      folder: runFolder('', runId('simulated')),
      plan,
      system,
      facts: nothing,
      kill: async () => {},
      wind: () => system.close(),
    });
    this.#parts = { system, run };
    system.onFact((fact) => this.#hear(run, factOf(fact)));
    run.end.then((end) => this.#over(end));
    launch(run, system, () => this.#restoreResults(system)).catch((error) => run.halt(error));
    if (this.alive) people.attend(run);
  }

  reach(moment: KillMoment, n: number): void {
    if (!this.alive) return;
    if (moment === 'flushed') this.#safe = n;
    if (this.#outside.strikesDead(this.number, moment, n)) this.die();
  }

  /** Everything that needs no time has been done. */
  settled(): void {
    if (!this.alive || this.#safe === this.#performed) return;
    this.#performed = this.#safe;
    this.reach('performed', this.#safe);
    if (this.alive && this.#outside.stops(this.number, this.#safe)) this.#parts?.run.stop();
  }

  /** Killed: it does not even notice. */
  die(): void {
    this.#log.die();
    this.#end();
    this.#outside.lifeKilled(this);
  }

  #over(end: RunEnd): void {
    if (!this.alive) return;
    this.#end();
    this.#outside.lifeOver(this, end);
  }

  #end(): void {
    this.#state = 'dead';
    this.#outside.see({ kind: 'runtime.died', life: this.number });
  }

  #hear(run: Run, fact: RunFact): void {
    if (!this.alive) return;
    this.#outside.facts.push(fact);
    this.#outside.people.hear(run, fact);
  }

  /** Its alarms die with it. */
  #clock(): Clock {
    const { time } = this.#outside;
    const ifAlive = (call: () => void) => () => {
      if (this.alive) call();
    };
    return {
      now: () => time.nowMs,
      elapsed: () => time.nowMs,
      at: (dueMs, call) => (this.alive ? time.at(dueMs, ifAlive(call)) : () => {}),
      breathe: () => new Promise((resolve) => time.after(0, ifAlive(resolve))),
    };
  }

  #behaviours(): Behaviours {
    const { agent, ...others } = runBehaviours(this.#outside.planted.world(this.#world()));
    const work = (call: Call<WorkInput>) => {
      this.#effects.set(call.input.token, call.effect);
      return agent.work(call);
    };
    return { agent: { ...agent, work }, ...others };
  }

  #world(): RunWorld {
    return {
      workerOf: () => this.#worker,
      verify: (input, signal) => this.#verify(input, signal),
      record: (record) => this.#record(record),
      conclude: (ending) => this.#conclude(ending),
    };
  }

  readonly #worker: Worker = {
    open: () => this.#open(),
    work: (input, signal) => {
      if (!this.alive) return never();
      const repeat = (outcome: Outcome): void => this.#repeat(input, outcome);
      const working = this.#outside.workshop.work(this, input, signal, repeat);
      this.reach('amid', this.#safe);
      return working;
    },
    recall: ({ task, attempt }) => {
      return this.#later(recallMaxMs, `${task}#${attempt}/recall`, () => ({ usage: noUsage }));
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

  #verify({ task, token, attempt }: VerifyInput, signal: AbortSignal): Promise<Verdict> {
    const { luck, workshop } = this.#outside;
    const key = `${task}#${attempt}/check`;
    if (luck.strikes('check', key)) {
      if (luck.unit(`${key}/hangs`) < 0.5) return aborted(signal, () => verdict(false));
      return Promise.reject(new Error('the simulated checks broke'));
    }
    const passed = token !== null && workshop.done.has(token);
    return this.#later(checkMaxMs, `${key}/time`, () => verdict(passed));
  }

  #record(record: TaskRecord): void {
    if (!this.alive) return;
    const { luck, results } = this.#outside;
    const { task, status } = record;
    if (luck.strikes('full', `result/${this.number}/${task}`)) throw diskFull();
    results.set(task, record);
    this.#outside.see({ kind: 'result.written', task, status });
    this.reach('amid', this.#safe);
  }

  async #conclude({ status }: RunEnding): Promise<void> {
    if (!this.alive) return never();
    this.#outside.see({ kind: 'run.concluded', status });
    this.reach('amid', this.#safe);
  }

  /** As the crew does it: what a crash took away is made again of the journal. */
  #restoreResults({ core }: System): void {
    for (const { state, chart } of core.registry.ended()) {
      if (chart.key !== 'task' || state.status !== 'done') continue;
      const context = state.context as TaskContext;
      if (this.#outside.results.has(context.spec.id)) continue;
      this.#record(recordOf(context, state.at.value as 'succeeded'));
    }
  }

  /** Both ways in which a report can come again: as the end of its work, and as a message. */
  #repeat({ agent, task, token }: WorkInput, outcome: Outcome): void {
    const effect = this.#effects.get(token);
    if (!this.alive || effect === undefined) return;
    const isMessage = this.#outside.luck.unit(`repeat#${token}`) < 0.5;
    const event = { type: 'task.reported', agent, token, outcome } as { type: string };
    this.#inject(
      isMessage
        ? { kind: 'event', to: taskAddress(task), event }
        : { kind: 'done', to: agentAddress(agent), id: 'work', effect, output: outcome },
    );
  }

  #inject(input: Input): void {
    try {
      this.#parts?.system.inject(input);
    } catch {
      // It is closing, or halted: nobody is there to hear it.
    }
  }

  /** Nobody may count on an answer in the same turn. */
  #later<Answer>(maxMs: number, key: string, answer: () => Answer): Promise<Answer> {
    const { time, luck } = this.#outside;
    return new Promise((resolve) => {
      time.after(luck.delayMs(maxMs, key), () => {
        if (this.alive) resolve(answer());
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

async function* nothing(): AsyncGenerator<never> {}

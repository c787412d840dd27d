/** Mistakes that somebody could make, to be built into a simulated world. */
import type { Outcome } from '../../machines/outcome.ts';
import type { Log, LoggedInput, StoredSystem } from '../../src/kernel/log.ts';
import type { RunWorld, Worker } from '../../src/runs/behaviours.ts';
import { nothingPlanted, type Planted } from '../../src/simulation/planted.ts';

/** Says that all is safe while the newest record waits for the next one. */
class BoastfulLog implements Log {
  readonly #log: Log;
  #held: LoggedInput | null = null;

  constructor(log: Log) {
    this.#log = log;
  }

  append(input: LoggedInput): void {
    if (this.#held) this.#log.append(this.#held);
    this.#held = input;
  }

  flush() {
    return this.#log.flush();
  }

  load() {
    return this.#log.load();
  }

  history() {
    return this.#log.history();
  }

  store(system: StoredSystem): Promise<void> {
    return this.#log.store(system);
  }

  async close(): Promise<void> {
    if (this.#held) this.#log.append(this.#held);
    this.#held = null;
    await this.#log.close();
  }
}

/** Forgets the newest record of an earlier life. */
class ForgetfulLog extends BoastfulLog {
  readonly #sound: Log;

  constructor(log: Log) {
    super(log);
    this.#sound = log;
  }

  override append(input: LoggedInput): void {
    this.#sound.append(input);
  }

  override async load() {
    const { stored, inputs } = await this.#sound.load();
    return { stored, inputs: [...inputs].slice(0, -1) };
  }

  override close(): Promise<void> {
    return this.#sound.close();
  }
}

type Work = Worker['work'];

function withWork(world: RunWorld, change: (work: Work) => Work): RunWorld {
  const workerOf: RunWorld['workerOf'] = (role) => {
    const worker = world.workerOf(role);
    return { open: () => worker.open(), work: change((...words) => worker.work(...words)) };
  };
  return { ...world, workerOf };
}

const givenUp: Outcome = {
  kind: 'failed',
  fault: { code: 'agent.cancelled', message: 'given up', retryable: false },
  durationMs: 0,
  output: { path: '', bytes: 0, sha256: '', text: '' },
  usage: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
  evidence: [],
};

/** Whoever gives work up is told that it is over while its process goes on. */
function impatient(world: RunWorld): RunWorld {
  return withWork(world, (work) => (input, given) => {
    const aborted = new Promise<Outcome>((resolve) => {
      given.onRequest(() => resolve(givenUp));
    });
    return Promise.race([work(input, given), aborted]);
  });
}

/** Takes what came of an earlier attempt, under its older token, for the present one's. */
function lateEars(world: RunWorld): RunWorld {
  const older = new Map<string, Outcome>();
  return withWork(world, (work) => async (input, signal) => {
    const said = older.get(input.task);
    const working = work(input, signal);
    void working.then((outcome) => older.set(input.task, outcome));
    return said ?? working;
  });
}

/** Works twice at what it was asked once. */
function eager(world: RunWorld): RunWorld {
  return withWork(world, (work) => (input, signal) => {
    void work(input, signal);
    return work(input, signal);
  });
}

/** Believes an agent that says it is done. */
function trusting(world: RunWorld): RunWorld {
  return { ...world, verify: async () => ({ evidence: [], fault: null }) };
}

/** Keeps no results of tasks that failed. */
function ashamed(world: RunWorld): RunWorld {
  const record: RunWorld['record'] = (task) => {
    if (task.status !== 'failed') world.record(task);
  };
  return { ...world, record };
}

const inWorld = (world: Planted['world']): Planted => ({ ...nothingPlanted, world });
const inLog = (log: Planted['log']): Planted => ({ ...nothingPlanted, log });

/** Each with the axiom that names it. */
export const plantedBugs: readonly (readonly [string, Planted, axiom: string])[] = [
  [
    'a log that acknowledges before it writes',
    inLog((log) => new BoastfulLog(log)),
    'nothing-acknowledged-is-lost',
  ],
  [
    'a log that forgets what it wrote last',
    inLog((log) => new ForgetfulLog(log)),
    'the-runtime-holds',
  ],
  ['a world that does not wait for what was given up', inWorld(impatient), 'no-work-without-owner'],
  ['a world that honours an old token', inWorld(lateEars), 'no-work-without-owner'],
  ['a world that begins an attempt twice', inWorld(eager), 'old-tokens-change-nothing'],
  ['a world that believes its agents', inWorld(trusting), 'lies-are-found'],
  ['a world that keeps no result of a failure', inWorld(ashamed), 'tasks-end-once'],
];

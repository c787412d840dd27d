/**
 * One life of the runtime in a simulated world: the real system and the real run, from its opening
 * until it is over, stopped or killed.
 *
 * Invariants:
 * - once dead, nothing it still does is seen or felt outside;
 * - it begins only when whatever an earlier life has left was reaped.
 */
import { agentAddress, runId, taskAddress } from '../../machines/ids.ts';
import type { Outcome } from '../../machines/outcome.ts';
import type { WorkInput } from '../../machines/rules/duty.ts';
import type { Behaviours, Call } from '../kernel/behaviours.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Input } from '../kernel/input.ts';
import { System } from '../kernel/system.ts';
import { runBehaviours } from '../runs/behaviours.ts';
import { runFolder } from '../runs/folder.ts';
import { launch, runMachines } from '../runs/launch.ts';
import { factOf, Run, type RunEnd, type RunFact } from '../runs/run.ts';
import type { Around } from './around.ts';
import { DiskLog } from './disk.ts';
import type { KillMoment } from './fault-mix.ts';
import { LifeWorld } from './life-world.ts';
import type { Mortal } from './mortal.ts';
import { WatchedLog } from './watched-log.ts';

export class Life implements Mortal {
  readonly number: number;
  readonly #outside: Around;
  readonly #log: DiskLog;
  readonly #world: LifeWorld;
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
    const repeat = (input: WorkInput, outcome: Outcome): void => this.#repeat(input, outcome);
    this.#world = new LifeWorld(outside, this, repeat);
  }

  get alive(): boolean {
    return this.#state === 'alive';
  }

  get safe(): number {
    return this.#safe;
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
    launch(run, system, () => this.#world.restoreResults(system)).catch((error) => run.halt(error));
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
    const { agent, ...others } = runBehaviours(this.#outside.planted.world(this.#world), (error) =>
      this.#parts?.run.halt(error),
    );
    const work = (call: Call<WorkInput>) => {
      this.#effects.set(call.input.token, call.effect);
      return agent.work(call);
    };
    return { agent: { ...agent, work }, ...others };
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
}

async function* nothing(): AsyncGenerator<never> {}

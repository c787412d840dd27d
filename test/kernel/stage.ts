/**
 * Where durable scenarios play: a real system on a journal, under a clock moved by hand. When a
 * scenario is over its journal is replayed twice, and all three hashes must be the same (K2).
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AnyStateMachine, EventObject } from 'xstate';
import { type Address, address } from '../../machines/ids.ts';
import { FileJournal } from '../../src/journal/file.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { MemoryJournal } from '../../src/journal/memory.ts';
import { logicOf } from '../../src/kernel/admission.ts';
import type { Behaviour, Behaviours } from '../../src/kernel/behaviours.ts';
import { Charts } from '../../src/kernel/charts.ts';
import { Core, type CoreLimits, defaultLimits } from '../../src/kernel/core.ts';
import { hashOf } from '../../src/kernel/persist.ts';
import { System } from '../../src/kernel/system.ts';
import type { FactWish } from '../../src/kernel/wish.ts';
import { settled } from './held-log.ts';
import { ManualClock } from './manual-clock.ts';

export interface Play {
  readonly machines: readonly AnyStateMachine[];
  readonly behaviours?: Behaviours;
  readonly limits?: Partial<CoreLimits>;
  readonly storeEvery?: number;
}

/** Opens the journal that is there, or a copy of it as a crash of this moment would leave it. */
type OpenJournal = (crashed: boolean) => Promise<Journal>;

export class Stage {
  readonly clock = new ManualClock();
  readonly facts: FactWish[] = [];
  readonly failures: unknown[] = [];
  readonly #play: Play;
  readonly #openJournal: OpenJournal;
  #system: System | undefined;
  #journal: Journal | undefined;
  /** Systems of earlier lives that were left without a word. */
  readonly #left: System[] = [];

  constructor(play: Play, openJournal: OpenJournal) {
    this.#play = play;
    this.#openJournal = openJournal;
  }

  get system(): System {
    return this.#system as System;
  }

  get journal(): Journal {
    return this.#journal as Journal;
  }

  /** Opens the system, with other behaviours than those of the play when they are given. */
  async open(behaviours = this.#play.behaviours ?? {}, crashed = false): Promise<System> {
    const log = await this.#openJournal(crashed);
    this.#journal = log;
    const { machines, limits = {}, storeEvery = 1e9 } = this.#play;
    const onActFailed = (_: unknown, error: unknown): void => void this.failures.push(error);
    const { clock } = this;
    const options = { log, machines, behaviours, limits, storeEvery, clock, onActFailed };
    this.#system = await System.open(options);
    this.#system.onFact((fact) => this.facts.push(fact));
    return this.#system;
  }

  /** Closes the system and opens it again: a new life of the process. */
  async reopen(behaviours?: Behaviours): Promise<System> {
    await this.system.close();
    return this.open(behaviours);
  }

  /** Goes on in a new life, without what the old one had not written by now. */
  async crash(behaviours?: Behaviours): Promise<System> {
    this.#left.push(this.system);
    this.clock.forget();
    return this.open(behaviours, true);
  }

  /** Sends, and waits until all that follows at once has happened. */
  async send(to: string, event: EventObject): Promise<void> {
    await this.system.send(address(to), event);
    await this.quiet();
  }

  /** Until nothing moves but work under way. */
  async quiet(): Promise<void> {
    for (let seen = -1; seen < this.system.core.n; ) {
      seen = this.system.core.n;
      await this.system.flushed();
      await settled();
    }
  }

  /** Lets time pass, alarm by alarm, as a real clock would. */
  async pass(ms: number): Promise<void> {
    const until = this.clock.now() + ms;
    await this.quiet();
    while (this.clock.ringNext(until)) await this.quiet();
    this.clock.set(until);
  }

  value(at: string): unknown {
    return this.system.look(address(at))?.value;
  }

  context(at: string): unknown {
    return this.system.look(address(at))?.context;
  }

  status(at: string): string | undefined {
    return this.system.look(address(at))?.status;
  }

  deadLetters(): readonly string[] {
    const { letters } = this.system.core.deadLetters;
    return letters.map(({ to, event, why }) => `${event.type} to ${to}: ${why}`);
  }

  factTypes(): readonly string[] {
    return this.facts.map(({ event }) => event.type);
  }

  /** The hash of a core that sees the same inputs; nothing else of the system is there. */
  async replayedHash(): Promise<string> {
    const core = this.freshCore();
    for (const input of await this.journal.history()) core.apply(asRead(input));
    return hashOf(core);
  }

  freshCore(): Core {
    const charts = new Charts(this.#play.machines);
    return new Core(charts, { ...defaultLimits, ...this.#play.limits });
  }

  async close(): Promise<void> {
    for (const system of [...this.#left, this.system]) await system.close();
  }
}

/** As any file would give it back. */
function asRead<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

type Scenario = (stage: Stage) => Promise<void>;

/** Runs a scenario on each kind of journal, and replays what it left there. */
export function durable(name: string, play: Play, scenario: Scenario): void {
  describe(name, () => {
    test('in memory', async () => {
      let journal = new MemoryJournal();
      const open: OpenJournal = async (crashed) => {
        if (crashed) journal = await copyOf(journal);
        return journal;
      };
      await perform(new Stage(play, open), play, scenario);
    });

    test('in a folder', async () => {
      const root = mkdtempSync(join(tmpdir(), 'troupe-kernel-'));
      let life = 0;
      const open: OpenJournal = (crashed) => {
        const before = join(root, `life-${life}`);
        if (!crashed) return FileJournal.open(before);
        life += 1;
        return FileJournal.open(copyFolder(before, join(root, `life-${life}`)));
      };
      try {
        await perform(new Stage(play, open), play, scenario);
      } finally {
        rmSync(root, { recursive: true, force: true });
      }
    });
  });
}

async function copyOf(journal: MemoryJournal): Promise<MemoryJournal> {
  const copy = new MemoryJournal();
  for (const input of await journal.history()) copy.append(input);
  const { stored } = await journal.load();
  if (stored) await copy.store(stored);
  return copy;
}

/** Without the lock of whoever is still alive. */
function copyFolder(from: string, to: string): string {
  cpSync(from, to, { recursive: true, filter: (path) => !basename(path).startsWith('lock') });
  return to;
}

async function perform(stage: Stage, play: Play, scenario: Scenario): Promise<void> {
  await stage.open();
  try {
    await scenario(stage);
    await stage.quiet();
    const live = stage.system.hash();
    expect(await stage.replayedHash(), 'a core that replays the journal').toBe(live);
    await stage.reopen(resting(play));
    expect(stage.system.hash(), 'a system opened on the journal').toBe(live);
  } finally {
    await stage.close();
  }
}

/** Work that ends when it is given up, and not before. */
export const untilAborted: Behaviour<unknown> = ({ signal }) =>
  new Promise((resolve) => signal.addEventListener('abort', resolve));

/** Nothing that the machines name ends by itself or does anything. */
function resting({ machines, behaviours = {} }: Play): Behaviours {
  const charts = new Charts(machines).all.map(({ key, origin }) => {
    const acts = Object.keys(behaviours[key] ?? {}).map((name) => [name, () => {}]);
    const work = [...logicOf(origin).keys()].map((name) => [name, untilAborted]);
    return [key, Object.fromEntries([...acts, ...work])];
  });
  return Object.fromEntries(charts);
}

export const at = (text: string): Address => address(text);

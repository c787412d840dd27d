/** The past of a run: each moment of it, what changed between two, and whether all was well. */
import { existsSync, readdirSync } from 'node:fs';
import { axioms } from '../journal/axioms/axioms.ts';
import { checkRun } from '../journal/axioms/check-run.ts';
import type { Sighting } from '../journal/axioms/sighting.ts';
import type { Violation } from '../journal/axioms/violation.ts';
import { hasJournal } from '../journal/pages.ts';
import { lookInto, readHistory, readState } from '../journal/reading.ts';
import type { LoggedInput } from '../kernel/log.ts';
import { UserError } from '../kernel/user-error.ts';
import { refuseOthers } from '../kernel/versions.ts';
import type { FactWish } from '../kernel/wish.ts';
import type { Plan } from '../plan/plan.ts';
import type { RunFolder } from '../runs/folder.ts';
import { grownPlan } from '../runs/growth.ts';
import type { Instant } from '../runs/instant.ts';
import { runMachines } from '../runs/launch.ts';
import { type ActorMoment, Camera, type Moment } from '../runs/moment.ts';
import { regressionTest } from '../runs/regression.ts';
import { readResult } from '../runs/results.ts';
import { factOf, type RunFact } from '../runs/run.ts';
import { type Past, Timeline } from '../runs/timeline.ts';

/** What became of the actors between two moments, and what was told meanwhile. */
export interface Difference {
  readonly from: Stamp;
  readonly to: Stamp;
  readonly changed: readonly {
    readonly address: string;
    /** Null: it was not there yet. */
    readonly before: ActorMoment | null;
    readonly after: ActorMoment | null;
  }[];
  readonly facts: readonly RunFact[];
}

interface Stamp {
  readonly n: number;
  readonly at: number;
}

/** One axiom, and where it did not hold. */
export interface Finding {
  readonly name: string;
  readonly says: string;
  readonly violations: readonly Violation[];
}

export class Rewind {
  readonly #folder: RunFolder;
  readonly #plan: Plan;
  readonly #timeline: Timeline;
  readonly #camera: Camera;
  readonly #past: Past;

  constructor(folder: RunFolder, plan: Plan) {
    this.#folder = folder;
    this.#plan = plan;
    this.#past = pastOf(folder);
    this.#timeline = new Timeline(this.#past);
    this.#camera = new Camera(folder.id, plan);
  }

  /** The time of its first input; null before there is one. */
  get begunAt(): number | null {
    return this.#timeline.begunAt;
  }

  /** As it stood then; as it stands when no moment is given. */
  moment(instant?: Instant): Moment {
    this.#goTo(instant);
    return this.#camera.take(this.#timeline.core);
  }

  /** In the order of time, whichever is named first. */
  compare(one: Instant, other: Instant): Difference {
    const [from = 0, to = 0] = [this.#goTo(one), this.#goTo(other)].sort((a, b) => a - b);
    const timeline = this.#timeline;
    timeline.goTo(from);
    const before = this.#camera.actors(timeline.core);
    const begin = { n: from, at: timeline.core.at };
    const facts: RunFact[] = [];
    const tell = (fact: FactWish): void => void facts.push(factOf(fact));
    timeline.walk(({ n }) => n <= to, tell);
    const changed = changesOf(before, this.#camera.actors(timeline.core));
    return { from: begin, to: { n: to, at: timeline.core.at }, changed, facts };
  }

  /** Looks at the whole journal, and at the results that it led to. */
  async check(): Promise<readonly Finding[]> {
    const { id } = this.#folder;
    if (this.#past.base) throw withoutPast(id, this.#past.base.n);
    // Looked at first: whatever is there, its cause must be in the journal.
    const results = await this.#results();
    const records = this.#past.after(0);
    const last = this.moment();
    const { tasks } = grownPlan(this.#timeline.core, this.#plan);
    const known = new Set<string>(tasks.map(({ id }) => id));
    const sightings = results
      .filter(({ task }) => known.has(task))
      .map((seen) => ({ ...seen, at: last.at }));
    const violations = checkRun({ plan: this.#plan, records, sightings });
    return axioms.map(({ name, says }) => {
      return { name, says, violations: violations.filter(({ axiom }) => axiom === name) };
    });
  }

  /** A test file that holds the whole journal, piece by piece. */
  asTest(): Iterable<string> {
    const { base } = this.#past;
    const records = [...this.#past.after(base?.n ?? 0)];
    return regressionTest({ run: this.#folder.id, records, base });
  }

  close(): void {
    this.#timeline.close();
  }

  #goTo(instant: Instant | undefined): number {
    const timeline = this.#timeline;
    if (instant === undefined) return timeline.goTo(Number.POSITIVE_INFINITY);
    const begunAt = timeline.begunAt ?? 0;
    switch (instant.kind) {
      case 'input': {
        if (instant.n < timeline.first) throw withoutPast(this.#folder.id, timeline.first);
        const n = timeline.goTo(instant.n);
        if (n < instant.n) throw beyond(this.#folder.id, instant.n, n);
        return n;
      }
      case 'time':
        if (instant.at < begunAt) throw tooEarly(this.#folder.id, begunAt);
        return timeline.goToTime(instant.at);
      case 'after':
        return timeline.goToTime(begunAt + instant.ms);
    }
  }

  async #results(): Promise<readonly (Sighting & { kind: 'result.written' })[]> {
    const { results } = this.#folder;
    const names = existsSync(results) ? readdirSync(results) : [];
    const tasks = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5));
    const read = tasks.map(async (task) => {
      const result = await readResult(this.#folder, task).catch(() => null);
      return result ? [seen(task, result.status)] : [];
    });
    return (await Promise.all(read)).flat();
  }
}

const seen = (task: string, status: string) =>
  ({ kind: 'result.written', task, status, at: 0 }) as const;

function changesOf(before: readonly ActorMoment[], after: readonly ActorMoment[]) {
  const old = new Map(before.map((actor) => [actor.address, actor]));
  const now = new Set(after.map(({ address }) => address));
  const gone = before.filter(({ address }) => !now.has(address));
  return [
    ...gone.map((actor) => ({ address: actor.address, before: actor, after: null })),
    ...after.flatMap((actor) => {
      const was = old.get(actor.address) ?? null;
      const isSame = was === actor || JSON.stringify(was) === JSON.stringify(actor);
      return isSame ? [] : [{ address: actor.address, before: was, after: actor }];
    }),
  ];
}

/** A run that was killed before its journal had a line has no past. */
export function pastOf({ path }: RunFolder): Past {
  if (!hasJournal(path) || !lookInto(path).header) {
    return { base: null, stored: null, after: () => [] };
  }
  const { header, base } = readHistory(path);
  refuseOthers(runMachines, header.about);
  const { base: stored } = readState(path);
  return {
    base,
    stored,
    after: (n) => {
      const state = stored && n >= stored.n ? readState(path) : null;
      // Somebody may have stored a newer one meanwhile.
      const isNear = state !== null && (state.base?.n ?? 0) <= n;
      return beyondInput(n, isNear ? state.inputs : readHistory(path).inputs);
    },
  };
}

function* beyondInput(n: number, inputs: Iterable<LoggedInput>): Generator<LoggedInput> {
  for (const input of inputs) if (input.n > n) yield input;
}

function withoutPast(run: string, first: number): UserError {
  const message = `the past of ${run} up to input ${first} is no longer there`;
  return new UserError('run.past-lost', message, `its moments begin at input ${first}`);
}

function beyond(run: string, n: number, last: number): UserError {
  const message = `${run} has ${last} inputs so far, and none is number ${n}`;
  return new UserError('moment.unknown', message, `see the last one: troupe replay ${run}`);
}

function tooEarly(run: string, begunAt: number): UserError {
  const message = `${run} begins at ${new Date(begunAt).toISOString()}`;
  return new UserError('moment.unknown', message, 'name a later moment, or +0s for its begin');
}

/** What a world that does as it is told sees of a run: made of the run's own journal. */
import type { Fact, TaskRecord, TroupeEvent } from '../../../machines/events.ts';
import type { WorkInput } from '../../../machines/rules/duty.ts';
import type { RunEnding } from '../../../machines/rules/orchestration.ts';
import type { Sighting } from '../../../src/journal/axioms/sighting.ts';
import { Charts } from '../../../src/kernel/charts.ts';
import { Core } from '../../../src/kernel/core.ts';
import type { LoggedInput } from '../../../src/kernel/log.ts';
import type { Wish } from '../../../src/kernel/wish.ts';
import { machines } from '../../replay/expectation.ts';

export function planOf(records: readonly LoggedInput[]) {
  const [, submitted] = records;
  const event = submitted?.input.kind === 'event' ? (submitted.input.event as TroupeEvent) : null;
  const tasks = event?.type === 'plan.submit' ? event.plan.tasks : [];
  return { budgetUsd: null, tasks };
}

export function factsOf(records: readonly LoggedInput[], charts = new Charts(machines)): Fact[] {
  const core = new Core(charts);
  return records.flatMap((record) =>
    core.apply(record).flatMap((wish) => (wish.kind === 'fact' ? [wish.event as Fact] : [])),
  );
}

export function sightingsOf(records: readonly LoggedInput[]): Sighting[] {
  const core = new Core(new Charts(machines));
  const world = new World();
  const [first] = records;
  if (first) world.seen.push({ kind: 'runtime.opened', life: 1, at: first.at });
  for (const record of records) {
    const wishes = core.apply(record);
    world.acknowledge(record);
    for (const wish of wishes) world.perform(wish, record.at);
  }
  return world.seen;
}

class World {
  readonly seen: Sighting[] = [];
  readonly #underWay = new Map<string, { readonly task: string; readonly token: string }>();

  acknowledge({ n, at, input }: LoggedInput): void {
    this.seen.push({ kind: 'input.acknowledged', n, at });
    if (input.kind === 'done' || input.kind === 'broke') this.#end(input.effect, 'itself', at);
  }

  perform(wish: Wish, at: number): void {
    if (wish.kind === 'cease') this.#end(wish.effect, 'stopped', at);
    if (wish.kind === 'invoke' && wish.invocation.src === 'work') {
      const { task, token, agent, attempt } = wish.invocation.input as WorkInput;
      const work = { task, token: String(token) };
      this.#underWay.set(wish.invocation.effect, work);
      this.seen.push({ kind: 'work.begun', ...work, agent, attempt, at });
    }
    if (wish.kind !== 'act') return;
    if (wish.name === 'record') {
      const { task, status } = wish.params as TaskRecord;
      this.seen.push({ kind: 'result.written', task, status, at });
    }
    if (wish.name !== 'conclude') return;
    const { status } = wish.params as RunEnding;
    this.seen.push({ kind: 'run.concluded', status, at });
  }

  #end(effect: string, how: 'itself' | 'stopped', at: number): void {
    const work = this.#underWay.get(effect);
    if (!work) return;
    this.#underWay.delete(effect);
    this.seen.push({ kind: 'work.ended', ...work, how, at });
  }
}

/** What a replay must come to: every fact with its time, and where each actor stands at the end. */
import {
  agentMachine,
  orchestratorMachine,
  supervisorMachine,
  taskMachine,
} from '../../machines/index.ts';
import { Charts } from '../../src/kernel/charts.ts';
import { Core } from '../../src/kernel/core.ts';
import type { LoggedInput, StoredSystem } from '../../src/kernel/log.ts';
import { restoreCore, type StoredCore } from '../../src/kernel/persist.ts';

export const machines = [orchestratorMachine, supervisorMachine, agentMachine, taskMachine];

export interface Expectation {
  /** `<ms since the first input> <actor> <fact>`. */
  readonly facts: readonly string[];
  readonly actors: Readonly<Record<string, unknown>>;
}

/** The machines as they are now, brought to where these inputs lead. */
export function replayed(inputs: Iterable<LoggedInput>, stored: StoredSystem | null = null) {
  const charts = new Charts(machines);
  const core = new Core(charts);
  if (stored) restoreCore(core, charts, stored.core as StoredCore);
  const facts: string[] = [];
  let beganMs: number | null = null;
  for (const input of inputs) {
    beganMs ??= input.at;
    for (const wish of core.apply(input)) {
      if (wish.kind !== 'fact') continue;
      const { type, ...said } = wish.event;
      facts.push(`${wish.at - beganMs} ${wish.actor} ${type} ${JSON.stringify(said)}`);
    }
  }
  return { core, facts };
}

export function expectationOf(inputs: Iterable<LoggedInput>): Expectation {
  const { core, facts } = replayed(inputs);
  return { facts, actors: actorsOf(core) };
}

export function actorsOf(core: Core): Expectation['actors'] {
  const actors = [...core.registry.ended(), ...core.registry.living()].map((actor) => {
    const { at, status, output } = actor.state;
    return [actor.address, { machine: actor.chart.key, value: at.value, status, output }];
  });
  return JSON.parse(JSON.stringify(Object.fromEntries(actors)));
}

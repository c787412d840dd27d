/**
 * What the model of a plan counts on: of a role that is not given up, an agent always comes back.
 * All that can happen to a supervisor and its agents is looked through, on the machines themselves.
 */
import { describe, expect, test, vi } from 'vitest';
import { assign, setup } from 'xstate';
import {
  type Address,
  agentAddress,
  agentId,
  orchestratorAddress,
  roleName,
  supervisorAddress,
  taskId,
  token,
} from '../../machines/ids.ts';
import { agentMachine, supervisorMachine } from '../../machines/index.ts';
import { kernelActions } from '../../machines/messages.ts';
import type { RoleSpec, Strategy } from '../../machines/plan.ts';
import type { SupervisorContext } from '../../machines/rules/care.ts';
import type { AgentContext } from '../../machines/rules/duty.ts';
import type { Actor } from '../../src/kernel/actor.ts';
import { Charts } from '../../src/kernel/charts.ts';
import { Core } from '../../src/kernel/core.ts';
import type { Input } from '../../src/kernel/input.ts';
import { stateOf } from '../../src/runs/view.ts';
import { crashFault, failed, missingFault, passingFault, succeeded } from '../machines/outcomes.ts';
import { roleSpec } from '../machines/plans.ts';

vi.setConfig({ testTimeout: 600_000 });

/** Stands in for the orchestrator: it knows everybody, and hears when the role is lost. */
const listener = setup({
  types: { context: {} as { readonly lost: boolean } },
  actions: kernelActions,
}).createMachine({
  id: 'orchestrator',
  context: { lost: false },
  initial: 'here',
  states: {
    here: {
      on: {
        'agent.register': {
          actions: {
            type: 'send',
            params: ({ event }) => ({
              to: agentAddress(event.agent),
              event: { type: 'agent.registered' },
            }),
          },
        },
        'role.lost': { actions: assign({ lost: true }) },
      },
    },
  },
});

interface Choice {
  readonly input: Input;
  /** It happens sooner or later, when nothing else does. */
  readonly isSure: boolean;
}

class Crew {
  readonly core = new Core(new Charts([listener, supervisorMachine, agentMachine] as never));
  readonly #names: readonly Address[];
  readonly #role: RoleSpec;
  #n = 0;

  constructor(role: RoleSpec, path: readonly Input[]) {
    this.#role = role;
    const ids = Array.from({ length: role.count }, (_, at) => agentId(`${role.name}-${at + 1}`));
    this.#names = ids.map(agentAddress);
    const birth = { kind: 'spawn', input: { role, seed: 1 } } as const;
    this.apply({ ...birth, machine: 'orchestrator', address: orchestratorAddress });
    this.apply({ ...birth, machine: 'supervisor', address: supervisorAddress(role.name) });
    for (const input of path) this.apply(input);
  }

  /** A step is as long as no period, so that crashes are always counted, or never. */
  apply(input: Input): void {
    this.#n += 1;
    this.core.apply({ n: this.#n, at: this.#n, input });
  }

  get isServed(): boolean {
    const orchestrator = this.core.registry.find(orchestratorAddress);
    const heard = orchestrator?.state.context as { lost: boolean } | undefined;
    return heard?.lost || this.#agents().some((agent) => stateOf(agent) === 'idle');
  }

  get key(): string {
    const supervisor = this.core.registry.find(supervisorAddress(this.#role.name));
    const care = supervisor?.state.context as SupervisorContext | undefined;
    const timers = [...(supervisor?.timers.values() ?? [])].map(({ event }) => event);
    const agents = this.#agents().map((agent) => {
      const { attempt } = agent.state.context as AgentContext;
      return [agent.address, stateOf(agent), attempt !== null, [...agent.timers.keys()]];
    });
    const kept = care && [care.live, care.resting, care.crashes.length];
    return JSON.stringify([supervisor && stateOf(supervisor), kept, timers, agents]);
  }

  choices(): readonly Choice[] {
    const all = [...this.#agents(), this.core.registry.find(supervisorAddress(this.#role.name))];
    return all.flatMap((actor) => (actor ? [...this.#ends(actor), ...timersOf(actor)] : []));
  }

  #agents(): readonly Actor[] {
    return this.#names.flatMap((name) => this.core.registry.find(name) ?? []);
  }

  #ends(agent: Actor): readonly Choice[] {
    const to = agent.address;
    if (stateOf(agent) === 'idle') return [chance(to, assignment)];
    const { attempt } = agent.state.context as AgentContext | { attempt?: undefined };
    const taken = { type: 'report.taken', token: token(1) };
    const reported = stateOf(agent) === 'reporting' && attempt ? [sure(to, taken)] : [];
    const works = [...agent.invocations.values()].flatMap(({ id, src, effect }) => {
      const outputs = src === 'open' ? [null, passingFault, missingFault] : outcomes;
      return outputs.map((output, at): Choice => {
        return { input: { kind: 'done', to, id, effect, output }, isSure: at === 0 };
      });
    });
    return [...reported, ...works];
  }
}

const outcomes = [succeeded, failed(passingFault), failed(crashFault)];
const assignment = {
  ...{ type: 'agent.assign', task: taskId('t'), token: token(1), attempt: 1 },
  ...{ timeoutMs: 1, seed: 1 },
};

const chance = (to: Address, event: { type: string }): Choice => {
  return { input: { kind: 'event', to, event }, isSure: false };
};
const sure = (to: Address, event: { type: string }): Choice => {
  return { ...chance(to, event), isSure: true };
};
/** A deadline strikes only when what it waits for does not come. */
function timersOf({ address: to, timers, invocations }: Actor): readonly Choice[] {
  const isSure = invocations.size === 0;
  return [...timers.keys()].map((timer) => ({ input: { kind: 'timer', to, timer }, isSure }));
}

/** Steps that lead to an agent from wherever a crew is, when all goes well from there. */
const patience = 12;

function isServedInTheEnd(role: RoleSpec, path: readonly Input[]): boolean {
  const crew = new Crew(role, path);
  for (let step = 0; step < patience && !crew.isServed; step += 1) {
    const next = crew.choices().find(({ isSure }) => isSure);
    if (!next) return false;
    crew.apply(next.input);
  }
  return crew.isServed;
}

/** Every state is reached anew from the beginning: a core is a program, and quick. */
function lookThrough(role: RoleSpec) {
  const known = new Set<string>();
  const bare: string[] = [];
  const queue: (readonly Input[])[] = [[]];
  for (const path of queue) {
    const crew = new Crew(role, path);
    if (known.has(crew.key)) continue;
    known.add(crew.key);
    if (!isServedInTheEnd(role, path)) bare.push(crew.key);
    for (const { input } of crew.choices()) queue.push([...path, input]);
  }
  return { states: known.size, bare };
}

const backoff = { initialMs: 0, factor: 1, maxMs: 0, jitter: 0 };
const strategies: readonly Strategy[] = ['one_for_one', 'one_for_all', 'rest_for_one'];
const crews = strategies.flatMap((restart) =>
  [1, 2].flatMap((count) =>
    [0, 1].flatMap((maxRestarts) =>
      [false, true].map((handoff) => ({ restart, count, maxRestarts, handoff })),
    ),
  ),
);

describe('an agent comes back, or the role is lost and everybody hears of it', () => {
  test.each(crews)('$count $restart, $maxRestarts restarts, handoff $handoff', (given) => {
    for (const periodMs of [1, 1_000_000]) {
      const role = roleSpec({ ...given, name: roleName('r'), periodMs, backoff });
      const { states, bare } = lookThrough(role);
      expect(bare).toEqual([]);
      expect(states).toBeGreaterThan(3);
    }
  });
});

/**
 * All that can happen to a task from outside, as few as there are kinds of: who causes it, whether
 * it must happen sooner or later, and an event of the product's own alphabet that stands for it.
 */
import type { EventObject } from 'xstate';
import type { TroupeEvent } from '../../../machines/events.ts';
import { agentId, roleName, taskId, token } from '../../../machines/ids.ts';
import { type Fault, noOutput, noUsage, type Outcome } from '../../../machines/outcome.ts';
import type { TaskContext } from '../../../machines/rules/attempt.ts';
import type { Place } from './place.ts';

export interface Stimulus {
  readonly name: string;
  readonly from: string;
  /** `must`: if nothing else happens, this does. `may`: nobody can count on it. */
  readonly force: 'must' | 'may';
  /** Takes a slot and an agent, and must find both free. */
  readonly kind: 'assign' | 'other';
  readonly event: EventObject;
}

/** What is ruled out for a task by its plan's own words. */
export interface Ability {
  /** Some attempt of it can end well. */
  readonly work: boolean;
  readonly checks: boolean;
  /** A person can let it begin. */
  readonly approval: boolean;
  /** Some attempt can be paid for; `maybe`: it depends on what others cost. */
  readonly money: 'enough' | 'maybe' | 'never';
}

export const able: Ability = { work: true, checks: true, approval: true, money: 'enough' };

const theToken = token(1);
const mendable: Fault = { code: 'model.failed', message: 'it failed', retryable: true };
const final: Fault = { code: 'model.failed', message: 'it failed for good', retryable: false };
const deserted: Fault = { ...final, code: 'role.lost' };
const nothingToSay = { done: [], open: [], decisions: [], files: [], next: '' };
const measured = { durationMs: 0, output: noOutput, usage: noUsage, evidence: [] };

const well: Outcome = { kind: 'succeeded', ...measured };
const judged = (accepts: boolean): Outcome => ({ ...well, judgement: { accepts, reasons: [] } });

const outcomes: readonly (readonly [string, Outcome])[] = [
  ['failed', { kind: 'failed', fault: mendable, ...measured }],
  ['failed for good', { kind: 'failed', fault: final, ...measured }],
  ['limited', { kind: 'limited', fault: mendable, waitMs: 0, ...measured }],
  ['interrupted', { kind: 'interrupted', fault: mendable, ...measured }],
];

/** Everything that may happen to a task where it stands; what changes nothing is among it. */
export function stimuliAt(place: Place, ability: Ability): readonly Stimulus[] {
  return [
    ...(place.wants ? offers(place, ability) : []),
    ...(place.holds ? reports(place, ability) : []),
    ...[...place.timers].map(([timer, event]): Stimulus => {
      return { name: nameOf(timer), from: 'clock', force: 'must', kind: 'other', event };
    }),
    ...place.works.flatMap((work) => (work === 'recall' ? recalls : looks(work, ability))),
    ...(place.awaits > 0 ? endsOfOthers() : []),
    ...(ability.approval ? [says('task.approve')] : []),
    says('task.reject'),
    ...takes,
  ];
}

function offers({ wants }: Place, { money }: Ability): readonly Stimulus[] {
  const avoided = new Set(wants?.avoid ?? []);
  let count = 1;
  while (avoided.has(`agent-${count}`)) count += 1;
  const [agent, fault] = [agentId(`agent-${count}`), final];
  const from = 'orchestrator';
  const assign: Stimulus = {
    ...{ name: 'task.assign', from, force: 'must', kind: 'assign' },
    event: { type: 'task.assign', agent, token: theToken } as EventObject,
  };
  const refuse: Stimulus = {
    ...{ name: 'task.refuse', from, force: money === 'never' ? 'must' : 'may', kind: 'other' },
    event: { type: 'task.refuse', fault } as EventObject,
  };
  const lost: Stimulus = {
    ...{ name: 'role.lost', from, force: 'may', kind: 'other' },
    event: { type: 'role.lost', role: roleName(wants?.role ?? ''), fault: deserted } as EventObject,
  };
  return [...(money === 'never' ? [] : [assign]), ...(money === 'enough' ? [] : [refuse]), lost];
}

/** Told apart from other failures only where somebody else would go on. */
function crashes({ state }: Place): readonly (readonly [string, Outcome])[] {
  if (!(state.context as TaskContext).spec.fallback) return [];
  const fault: Fault = { ...mendable, code: 'agent.crashed' };
  return [['crashed', { kind: 'failed', fault, ...measured }]];
}

/** To its own role, and to each other one that it may be handed to. */
function handovers({ state }: Place): readonly (readonly [string, Outcome])[] {
  const { handoffs } = (state.context as TaskContext).spec;
  if (!handoffs) return [];
  const ended = { kind: 'interrupted', fault: mendable, ...measured } as const;
  const others = handoffs.to.map((to): readonly [string, Outcome] => {
    return [`hands over to ${to}`, { ...ended, handoff: { ...nothingToSay, to } }];
  });
  return [['hands over', { ...ended, handoff: nothingToSay }], ...others];
}

/** It asks for one more task, as long as it may. */
function asking({ state }: Place): readonly (readonly [string, Outcome])[] {
  const { spec, delegated } = state.context as TaskContext;
  const known = delegated?.subtasks.length ?? 0;
  if (!spec.delegation || known >= spec.delegation.count) return [];
  const subtasks = [{ ...spec, id: taskId(`asked-${known + 1}`) }];
  return [['asks for another task', { ...well, subtasks }]];
}

/** What was asked for ends, however: the same machine says so. Or the run takes no more in. */
function endsOfOthers(): readonly Stimulus[] {
  const refusal = { type: 'task.refuse', fault: mendable } as EventObject;
  const others = { from: 'orchestrator', kind: 'other' } as const;
  return [
    { ...others, name: 'dependency.settled (asked for)', force: 'must', event: metNeed },
    { ...others, name: 'task.refuse (too many)', force: 'may', event: refusal },
  ];
}

/** Attempts and reviews alike; what makes no sense of one of them changes nothing else. */
function reports(place: Place, { work }: Ability): readonly Stimulus[] {
  const { holds, agent } = place;
  const good: readonly (readonly [string, Outcome])[] =
    holds?.as === 'reviewer'
      ? [
          ['accepted', judged(true)],
          ['rejected', judged(false)],
          ['no verdict', well],
        ]
      : work
        ? [['succeeded', well], ...asking(place)]
        : [];
  const event = { type: 'task.reported', agent: agentId(agent), token: theToken };
  const handed = holds?.as === 'worker' ? [...handovers(place), ...crashes(place)] : [];
  const bad = work
    ? [...outcomes, ...handed]
    : outcomes.filter(([, { kind }]) => kind === 'failed').slice(0, 1);
  const told = [...good, ...bad].map(([name, outcome]): Stimulus => {
    return {
      ...{ name: `task.reported (${name})`, from: 'agent', force: 'may', kind: 'other' },
      event: { ...event, outcome } as EventObject,
    };
  });
  const lost: Stimulus = {
    ...{ name: 'agent.lost', from: 'supervisor', force: 'may', kind: 'other' },
    event: { type: 'agent.lost', agent: agentId(agent), fault: mendable } as EventObject,
  };
  return [...told, lost];
}

function looks(work: string, { checks }: Ability): readonly Stimulus[] {
  const ends: readonly (readonly [string, Fault | null])[] = [
    ...(checks ? [['passed', null] as const] : []),
    ['failed', mendable],
    ['failed for good', final],
  ];
  return ends.map(([name, fault]): Stimulus => {
    return {
      ...{ name: `${work} (${name})`, from: 'checks', force: 'may', kind: 'other' },
      event: doneOf(work, { evidence: [], fault }),
    };
  });
}

const doneOf = (actorId: string, output: unknown): EventObject =>
  ({ type: `xstate.done.actor.${actorId}`, actorId, output }) as EventObject;

/** What an attempt has left that was cut short changes nothing; that it is known does. */
const recalls: readonly Stimulus[] = [
  {
    ...{ name: 'recall (known)', from: 'runtime', force: 'may', kind: 'other' },
    event: doneOf('recall', { kind: 'interrupted', fault: mendable, ...measured }),
  },
];

/** A person has it for a while. */
const takes = (
  [
    { type: 'task.take', by: 'a person', withinMs: 1 },
    { type: 'task.return', by: 'a person', note: nothingToSay },
  ] satisfies TroupeEvent[]
).map(
  (event): Stimulus => ({ name: event.type, from: 'person', force: 'may', kind: 'other', event }),
);

function says(type: 'task.approve' | 'task.reject'): Stimulus {
  const event = { type, by: 'a person' } as EventObject;
  return { name: type, from: 'person', force: 'may', kind: 'other', event };
}

/** What others do to it, in the course of their own. */
export const started = { type: 'task.started', token: theToken } as EventObject;
export const cancel = { type: 'task.cancel', reason: 'the run was halted' } as EventObject;
export const admitted = { type: 'wave.opened', wave: 0 } as EventObject;
export const metNeed = needEnds('succeeded');
export const unmetNeed = needEnds('failed');

function needEnds(status: 'succeeded' | 'failed'): EventObject {
  return { type: 'dependency.settled', task: taskId('need'), status, agent: null } as EventObject;
}

/** `xstate.after.retryDelay.task.retrying` is `retryDelay`. */
const nameOf = (timer: string): string => timer.split('.').at(2) ?? timer;

/** Who says what to whom, and where whoever is meant can do nothing with it. */
import type { Explored } from './rules/explored.ts';
import { stateOf } from './spot.ts';

/** One kind of message, and where it would be lost. */
export interface Unheard {
  readonly type: string;
  /** The machine that it is for. */
  readonly to: string;
  /** The machines that say it. */
  readonly from: readonly string[];
  /** As paths; `(ended)`: it is a dead letter then; `(nowhere)`: there is no such machine. */
  readonly states: readonly string[];
}

interface Utterance {
  readonly from: string;
  readonly to: string;
  readonly type: string;
  readonly ifThere: boolean;
}

/** What the kernel itself tells: nobody minds when whoever is meant has ended. */
const ofTheKernel: readonly Utterance[] = ['orchestrator', 'supervisor'].map((to) => {
  return { from: 'the kernel', to, type: 'child.exited', ifThere: true };
});

/** Every message that some state of its receiver is deaf to, in alphabetical order. */
export function unheard(explored: readonly Explored[]): readonly Unheard[] {
  const receivers = new Map(explored.map((one) => [one.subject.machine.id, one]));
  const said = [...explored.flatMap(utterancesOf), ...ofTheKernel];
  const groups = new Map<string, Utterance[]>();
  for (const one of said) {
    const key = `${one.type} -> ${one.to}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()]
    .map((group) => unheardOf(group, receivers.get(group[0]?.to ?? '')))
    .filter(({ states }) => states.length > 0)
    .sort((a, b) => nameOf(a).localeCompare(nameOf(b), 'en'));
}

export const nameOf = ({ type, to }: Pick<Unheard, 'type' | 'to'>): string => `${type} -> ${to}`;

function utterancesOf({ subject, exploration }: Explored): readonly Utterance[] {
  const from = subject.machine.id;
  const said = new Map<string, Utterance>();
  for (const { ways } of exploration.places) {
    for (const { to: address, type, ifThere } of ways.flatMap(({ messages }) => messages)) {
      const to = machineAt(address);
      said.set(`${to} ${type} ${ifThere}`, { from, to, type, ifThere });
    }
  }
  return [...said.values()];
}

/** `task/build` is a task. */
const machineAt = (address: string): string => address.split('/', 1)[0] ?? '';

function unheardOf(group: readonly Utterance[], receiver: Explored | undefined): Unheard {
  const [{ type, to } = { type: '', to: '' }] = group;
  const from = [...new Set(group.map((one) => one.from))].sort();
  if (!receiver) return { type, to, from, states: ['(nowhere)'] };
  const isMissed = group.some(({ ifThere }) => !ifThere);
  return { type, to, from, states: deafStates(receiver, type, isMissed) };
}

function deafStates({ exploration }: Explored, type: string, isMissed: boolean): string[] {
  const deaf = new Set<string>();
  for (const { spot } of exploration.places) {
    if (spot.kind !== 'standing') continue;
    const { status, _nodes: nodes } = spot.snapshot;
    if (status !== 'active') {
      if (isMissed) deaf.add('(ended)');
    } else if (!nodes.some(({ transitions }) => transitions.has(type))) deaf.add(stateOf(spot));
  }
  return [...deaf].sort();
}

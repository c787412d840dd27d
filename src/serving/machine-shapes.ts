/** A machine as data that can be drawn: its states as they nest, and every way between them. */
import type { Chart } from '../kernel/chart.ts';
import { Charts } from '../kernel/charts.ts';
import type { Node, Transition } from '../kernel/xstate.ts';
import { runMachines } from '../runs/launch.ts';
import type { MachineShape, StateShape, TransitionShape } from './wire.ts';

function machineShape({ key, machine }: Pick<Chart, 'key' | 'machine'>): MachineShape {
  const nodes = below(machine.root as Node);
  return {
    key,
    states: nodes.map(stateShape),
    transitions: nodes.flatMap(waysFrom).map(({ transition, id }) => shapeOf(transition, id)),
  };
}

function below(node: Node): readonly Node[] {
  return [node, ...Object.values(node.states).flatMap((child) => below(child as Node))];
}

function stateShape(node: Node): StateShape {
  const parent = (node.parent as Node | undefined) ?? null;
  return {
    id: node.id,
    name: node.key,
    parent: parent?.id ?? null,
    kind: node.type,
    isInitial: parent !== null && parent.initial.target[0] === node,
    invokes: node.invoke.map(({ src }) => String(src)),
  };
}

export interface Way {
  readonly id: string;
  readonly transition: Transition;
}

/** Every transition of a state, by an id that is the same wherever the machine is loaded. */
export function waysFrom(node: Node): readonly Way[] {
  const onEvents = [...node.transitions.values()].flat();
  const all = [...onEvents, ...(node.always ?? [])];
  return all.map((transition, at) => ({ id: `${node.id}#${at}`, transition }));
}

function shapeOf(transition: Transition, id: string): TransitionShape {
  const { source, target, eventType } = transition;
  return {
    id,
    from: (source as Node).id,
    to: (target?.[0] as Node | undefined)?.id ?? null,
    label: labelOf(eventType),
    event: eventType,
    guard: guardName(transition),
  };
}

/** `xstate.after.retryDelay.task.retrying` is `after retryDelay`. */
export function labelOf(type: string): string {
  const [, kind = '', rest = ''] = /^xstate\.(after|done|error)\.(.*)$/.exec(type) ?? [];
  switch (kind) {
    case 'after':
      return `after ${rest.split('.')[0]}`;
    case 'done':
      return `${rest.replace(/^(actor|state)\./, '')} done`;
    case 'error':
      return `${rest.replace(/^actor\./, '')} broke`;
    default:
      return type;
  }
}

export function guardName({ guard }: Transition): string {
  if (guard === undefined) return '';
  if (typeof guard === 'string') return guard;
  if (typeof guard === 'function') return guard.name || 'a condition';
  return String((guard as { type: string }).type);
}

/** Of every machine that a run consists of. */
export function machineShapes(): readonly MachineShape[] {
  return new Charts(runMachines).all.map(machineShape);
}

/** Which states and transitions of a machine ever happened, and which never did. */
import type { AnyStateMachine } from 'xstate';
import { triggerOf } from '../diagram.ts';
import { nodesOf, pathOf } from '../graph.ts';
import { type WayOf, waysOf } from '../ways.ts';
import type { Tally } from './tally.ts';

export interface CountedWay extends WayOf {
  /** The event as people read it: `after parkDelay`. */
  readonly trigger: string;
  readonly count: number;
}

export interface MachineCoverage {
  readonly machine: string;
  readonly states: readonly { readonly state: string; readonly count: number }[];
  readonly transitions: readonly CountedWay[];
}

export function coverageOf(machine: AnyStateMachine, tally: Tally): MachineCoverage {
  const states = nodesOf(machine).filter((node) => node.parent && node.type !== 'history');
  return {
    machine: machine.id,
    states: states.map((node) => {
      const state = pathOf(node);
      return { state, count: tally.states.get(state) ?? 0 };
    }),
    transitions: waysOf(machine).map((way) => {
      const trigger = way.event ? triggerOf(machine, way.event) : 'at once';
      return { ...way, trigger, count: tally.ways.get(way.key) ?? 0 };
    }),
  };
}

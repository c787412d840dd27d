/** The way to a finding as people see it: a list of events, and a diagram to paste. */
import type { Finding, TraceStep } from './finding.ts';

/** `1. order.pay {"amount":5} -> paid` */
export function listOf({ trace }: Finding): readonly string[] {
  return trace.map(({ event, data, state }, at) => {
    const said = [nameOf(event), data].filter((part) => part !== '').join(' ');
    return `${at + 1}. ${said} -> ${state}`;
  });
}

/** A Mermaid state diagram of the way alone; the last state is marked. */
export function diagramOf({ trace, state, property }: Finding): readonly string[] {
  const steps = trace.map((step, at) => arrow(trace[at - 1], step, at));
  const named = [...new Set(trace.map((step) => step.state))];
  const last = trace.at(-1)?.state ?? state;
  const states = named.length > 0 ? named : [state];
  return [
    'stateDiagram-v2',
    ...states.map((name) => `  state "${name}" as ${idOf(name)}`),
    ...steps,
    `  note right of ${idOf(last)} : ${property}`,
    '  classDef found stroke:#c00,stroke-width:3px',
    `  class ${idOf(last)} found`,
  ];
}

function arrow(before: TraceStep | undefined, { event, state }: TraceStep, at: number): string {
  const from = before ? idOf(before.state) : '[*]';
  return `  ${from} --> ${idOf(state)} : ${at + 1}. ${nameOf(event)}`;
}

const idOf = (state: string): string => `s_${state.replaceAll(/\W+/g, '_')}`;

/** What the runtime sends, as people read it. */
export function nameOf(event: string): string {
  const [, kind, , name = ''] = /^xstate\.(\w+)(\.actor)?\.?([^.]*)/.exec(event) ?? [];
  switch (kind) {
    case 'init':
      return 'birth';
    case 'done':
      return `${name} done`;
    case 'error':
      return `${name} broke`;
    case 'after':
      return `after ${name}`;
    default:
      return event;
  }
}

/** A machine as a Mermaid diagram: nested states, guards, deadlines and invoked work. */
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { edgesOf, nodesOf, pathOf } from './graph.ts';
import { waysOf } from './ways.ts';

/** Stands for a transition that every state has. */
const anywhere = 'anywhere';

/** What is known to have happened: paths of states, and keys of transitions. */
export interface Happened {
  readonly stood: ReadonlySet<string>;
  readonly taken: ReadonlySet<string>;
}

/** With what happened, all else is marked: states in colour, transitions in words. */
export function diagramOf(machine: AnyStateMachine, happened?: Happened): string {
  const drawn = [...states(machine.root, 1), ...arrows(machine, happened)];
  const marks = happened ? colours(machine, happened) : [];
  return ['stateDiagram-v2', ...drawn, ...marks].join('\n');
}

/** Mermaid colours states that hold no others. */
function colours(machine: AnyStateMachine, { stood }: Happened): string[] {
  const leaves = nodesOf(machine).filter((node) => Object.keys(node.states).length === 0);
  const classed = leaves.map((node) => {
    return `class ${idOf(pathOf(node))} ${stood.has(pathOf(node)) ? 'seen' : 'never'}`;
  });
  const seen = 'classDef seen fill:#d7f5dd,stroke:#1a7f37,color:#000';
  const never = 'classDef never fill:#fde0dc,stroke:#c62828,color:#000,stroke-dasharray: 4 4';
  return [seen, never, ...classed].map((line) => indented(1, line));
}

const indented = (depth: number, line: string): string => `${'  '.repeat(depth)}${line}`;
const idOf = (path: string): string => path.replaceAll('.', '_');

function states(parent: AnyStateNode, depth: number): string[] {
  const { initial } = parent;
  const first = initial?.target?.[0] as AnyStateNode | undefined;
  const start = first ? [indented(depth, `[*] --> ${idOf(pathOf(first))}`)] : [];
  const inner = Object.values(parent.states as Record<string, AnyStateNode>);
  const drawn = inner.map((node) => state(node, depth));
  // Mermaid keeps regions apart by a line of dashes.
  const parted = parent.type === 'parallel' ? drawn.flatMap(apart(depth)) : drawn.flat();
  return [...start, ...parted];
}

const apart =
  (depth: number) =>
  (lines: string[], at: number): string[] =>
    at === 0 ? lines : [indented(depth, '--'), ...lines];

function state(node: AnyStateNode, depth: number): string[] {
  const id = idOf(pathOf(node));
  if (Object.keys(node.states).length > 0) {
    return [indented(depth, `state ${id} {`), ...states(node, depth + 1), indented(depth, '}')];
  }
  const name = id === node.key ? id : `state "${node.key}" as ${id}`;
  const notes = [...node.invoke.map(({ src }) => `invokes ${src}`), ...staying(node)];
  const said = notes.map((note) => indented(depth, `${id} : ${note}`));
  return [indented(depth, name), ...said];
}

/** Events that it takes without leaving. */
function staying(node: AnyStateNode): string[] {
  const edges = edgesOf(node.machine).filter(
    ({ from, to }) => from === pathOf(node) && to === null,
  );
  return [...new Set(edges.filter(({ actions }) => actions.length > 0).map(({ event }) => event))];
}

function arrows(machine: AnyStateMachine, happened?: Happened): string[] {
  const drawn = waysOf(machine).filter(({ to }) => to !== null);
  const everywhere = drawn.some(({ from }) => from === '');
  const finals = nodesOf(machine).filter(({ type }) => type === 'final');
  return [
    ...(everywhere ? [indented(1, `state "in every state" as ${anywhere}`)] : []),
    ...drawn.map(({ key, from, to, event, guard }) => {
      const start = from === '' ? anywhere : idOf(from);
      const never = happened && !happened.taken.has(key) ? 'never:' : '';
      const label = [never, labelOf(machine, event, guard)].filter((part) => part).join(' ');
      return indented(1, `${start} --> ${idOf(to ?? '')}${label ? ` : ${label}` : ''}`);
    }),
    ...finals.map((node) => indented(1, `${idOf(pathOf(node))} --> [*]`)),
  ];
}

function labelOf(machine: AnyStateMachine, event: string, guard: string | null): string {
  const trigger = event ? triggerOf(machine, event) : '';
  return [trigger, guard ? `[${guard}]` : ''].filter((part) => part).join(' ');
}

/** The runtime's own events as people read them: `after stopDeadline (10 s)`, `verify done`. */
export function triggerOf(machine: AnyStateMachine, event: string): string {
  const [, kind, , name = ''] = /^xstate\.(\w+)(\.actor)?\.([^.]+)/.exec(event) ?? [];
  switch (kind) {
    case 'done':
      return `${name} done`;
    case 'error':
      return `${name} broke`;
    case 'after':
      return `after ${name}${lengthOf(machine, name)}`;
    default:
      return event;
  }
}

function lengthOf(machine: AnyStateMachine, delay: string): string {
  const length: unknown = machine.implementations.delays[delay];
  return typeof length === 'number' ? ` (${length / 1_000} s)` : '';
}

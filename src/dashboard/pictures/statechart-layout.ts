/** A machine as a drawing: boxes in boxes and routed arrows, laid out by ELK in a worker. */
import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';
import type { MachineShape, StateShape, TransitionShape } from '../../serving/wire.ts';

export interface Box {
  readonly id: string;
  readonly name: string;
  readonly kind: StateShape['kind'] | 'start' | 'anywhere';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly isLeaf: boolean;
  /** What it does and hears without leaving it. */
  readonly lines: readonly string[];
}

export interface Arrow {
  readonly id: string;
  readonly d: string;
  readonly transitions: readonly TransitionShape[];
  readonly label: {
    readonly x: number;
    readonly y: number;
    readonly lines: readonly string[];
  } | null;
}

export interface Drawing {
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
  readonly width: number;
  readonly height: number;
}

const letter = 6.3;
const labelLine = 13;
const linesMax = 5;
const dot = 12;

export const startOf = (id: string): string => `${id}::start`;
const anywhereIn = (id: string): string => `${id}::anywhere`;

interface Bundle {
  readonly from: string;
  readonly to: string;
  readonly transitions: TransitionShape[];
}

export async function draw(machine: MachineShape, direction: 'DOWN' | 'RIGHT'): Promise<Drawing> {
  const { elk } = await import('./elk.ts');
  const graph = graphOf(machine, direction);
  return drawingOf((await elk.layout(graph)) as ElkNode, machine);
}

/** Several ways between the same two states are one arrow with several lines. */
function bundlesOf({ transitions, states }: MachineShape): readonly Bundle[] {
  const bundles = new Map<string, Bundle>();
  const parents = new Map(states.map(({ id, parent }) => [id, parent]));
  for (const transition of transitions) {
    const { to } = transition;
    if (to === null || to === transition.from) continue;
    const isInside = isBelow(to, transition.from, parents);
    const from = isInside ? anywhereIn(transition.from) : transition.from;
    const key = `${from} ${to}`;
    const bundle = bundles.get(key) ?? { from, to, transitions: [] };
    bundle.transitions.push(transition);
    bundles.set(key, bundle);
  }
  return [...bundles.values()];
}

function isBelow(id: string, above: string, parents: ReadonlyMap<string, string | null>): boolean {
  for (let at = parents.get(id) ?? null; at !== null; at = parents.get(at) ?? null) {
    if (at === above) return true;
  }
  return false;
}

export const lineOf = ({ label, guard }: TransitionShape): string =>
  [label, guard === '' ? '' : `[${guard}]`].filter(Boolean).join(' ') || 'else';

/** What it hears and stays where it is. */
function insideLines({ transitions }: MachineShape, state: StateShape): readonly string[] {
  const inner = transitions.filter(
    ({ from, to }) => from === state.id && (to === null || to === from),
  );
  const lines = [...new Set(inner.map(lineOf))];
  const invoked = state.invokes.map((src) => `does ${src}`);
  const shown = [...invoked, ...lines.slice(0, linesMax)];
  return lines.length > linesMax ? [...shown, `and ${lines.length - linesMax} more`] : shown;
}

function graphOf(machine: MachineShape, direction: string): ElkNode {
  const bundles = bundlesOf(machine);
  const [root] = machine.states;
  const edges: ElkExtendedEdge[] = bundles.map(({ from, to, transitions }, at) => {
    const lines = transitions.map(lineOf);
    const width = Math.max(...lines.map(({ length }) => length)) * letter + 8;
    const labels = [{ text: lines.join('\n'), width, height: lines.length * labelLine + 2 }];
    return { id: `arrow-${at}`, sources: [from], targets: [to], labels };
  });
  for (const state of machine.states) {
    if (!state.isInitial || state.parent === null) continue;
    edges.push({ id: `start-${state.id}`, sources: [startOf(state.parent)], targets: [state.id] });
  }
  return {
    id: 'page',
    layoutOptions: optionsFor(direction),
    children: root ? [nodeOf(machine, root, bundles)] : [],
    edges,
  };
}

const optionsFor = (direction: string) => ({
  'elk.algorithm': 'layered',
  'elk.direction': direction,
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.spacing.nodeNodeBetweenLayers': '34',
  'elk.layered.spacing.edgeNodeBetweenLayers': '14',
  'elk.spacing.nodeNode': '26',
  'elk.spacing.edgeNode': '14',
  'elk.spacing.edgeEdge': '10',
  'elk.spacing.edgeLabel': '4',
  'elk.edgeLabels.inline': 'false',
  'elk.padding': '[top=8,left=8,bottom=8,right=8]',
});

function nodeOf(machine: MachineShape, state: StateShape, bundles: readonly Bundle[]): ElkNode {
  const lines = insideLines(machine, state);
  const inside = machine.states.filter(({ parent }) => parent === state.id);
  const longest = Math.max(state.name.length * 7.4, ...lines.map(({ length }) => length * 5.8));
  const size = { width: Math.max(74, longest + 24), height: 32 + lines.length * labelLine };
  if (inside.length === 0) return { id: state.id, ...size };
  const hasAnywhere = bundles.some(({ from }) => from === anywhereIn(state.id));
  const top = 34 + lines.length * labelLine;
  return {
    id: state.id,
    layoutOptions: { 'elk.padding': `[top=${top},left=14,bottom=14,right=14]` },
    children: [
      { id: startOf(state.id), width: dot, height: dot },
      ...inside.map((child) => nodeOf(machine, child, bundles)),
      ...(hasAnywhere ? [{ id: anywhereIn(state.id), width: 84, height: 28 }] : []),
    ],
  };
}

function drawingOf(graph: ElkNode, machine: MachineShape): Drawing {
  const offsets = new Map<string, { x: number; y: number }>([['page', { x: 0, y: 0 }]]);
  const boxes: Box[] = [];
  const walk = (node: ElkNode, x: number, y: number): void => {
    for (const child of node.children ?? []) {
      const at = { x: x + (child.x ?? 0), y: y + (child.y ?? 0) };
      offsets.set(child.id, at);
      boxes.push(boxOf(child, at, machine));
      walk(child, at.x, at.y);
    }
  };
  walk(graph, 0, 0);
  const bundles = bundlesOf(machine);
  const arrows = (graph.edges ?? []).map((edge) => {
    const at = Number(/^arrow-(\d+)$/.exec(edge.id)?.[1] ?? -1);
    return arrowOf(edge, bundles[at]?.transitions ?? [], offsets);
  });
  return { boxes, arrows, width: graph.width ?? 0, height: graph.height ?? 0 };
}

function boxOf(node: ElkNode, at: { x: number; y: number }, machine: MachineShape): Box {
  const { id, width = 0, height = 0, children = [] } = node;
  const state = machine.states.find((each) => each.id === id);
  const isLeaf = children.length === 0;
  const base = { id, ...at, width, height, isLeaf };
  if (!state) {
    const kind = id.endsWith('::start') ? 'start' : 'anywhere';
    return { ...base, name: kind === 'start' ? '' : 'any state', kind, lines: [] };
  }
  return { ...base, name: state.name, kind: state.kind, lines: insideLines(machine, state) };
}

function arrowOf(
  edge: ElkExtendedEdge,
  transitions: readonly TransitionShape[],
  offsets: ReadonlyMap<string, { x: number; y: number }>,
): Arrow {
  const { x: dx, y: dy } = offsets.get((edge as { container?: string }).container ?? '') ?? {
    x: 0,
    y: 0,
  };
  const parts = (edge.sections ?? []).map(({ startPoint, bendPoints = [], endPoint }) =>
    rounded([startPoint, ...bendPoints, endPoint].map(({ x, y }) => ({ x: x + dx, y: y + dy }))),
  );
  const [label] = edge.labels ?? [];
  return {
    id: edge.id,
    d: parts.join(''),
    transitions,
    label: label
      ? { x: (label.x ?? 0) + dx, y: (label.y ?? 0) + dy, lines: transitions.map(lineOf) }
      : null,
  };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

const radius = 6;

/** Corners that are easy on the eye. */
function rounded(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  const parts = [`M${first.x} ${first.y}`];
  for (const [at, point] of rest.entries()) {
    const next = rest[at + 1];
    const before = points[at] ?? first;
    if (!next) parts.push(`L${point.x} ${point.y}`);
    else {
      const [into, out] = [toward(point, before), toward(point, next)];
      parts.push(`L${into.x} ${into.y}Q${point.x} ${point.y} ${out.x} ${out.y}`);
    }
  }
  return parts.join('');
}

function toward(from: Point, to: Point): Point {
  const far = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const k = Math.min(radius, far / 2) / far;
  return { x: from.x + (to.x - from.x) * k, y: from.y + (to.y - from.y) * k };
}

/** Where nested boxes and the routes between them go: ELK's layered layout, in whole pixels. */

/** A box and all that is inside of it. */
export interface Box {
  readonly id: string;
  readonly rows: readonly string[];
  readonly kind: string;
  /** The least that its text needs. */
  readonly width: number;
  readonly height: number;
  readonly inner: readonly Box[];
}

export interface Route {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly width: number;
  readonly height: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** Outer ones first. */
  readonly boxes: readonly (Point & { box: Box; width: number; height: number })[];
  readonly routes: readonly { route: Route; points: readonly Point[]; labelAt: Point | null }[];
}

interface ElkNode {
  readonly id: string;
  readonly x?: number;
  readonly y?: number;
  readonly width?: number;
  readonly height?: number;
  readonly children?: readonly ElkNode[];
  readonly edges?: readonly ElkEdge[];
}

interface ElkEdge {
  readonly id: string;
  readonly container?: string;
  readonly sections?: readonly {
    readonly startPoint: Point;
    readonly endPoint: Point;
    readonly bendPoints?: readonly Point[];
  }[];
  readonly labels?: readonly Partial<Point>[];
}

/** A package of CommonJS: its types tell of another shape than Node gives. */
interface Elk {
  readonly default: new () => { layout(graph: object): Promise<unknown> };
}

const options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.spacing.nodeNodeBetweenLayers': '36',
  'elk.spacing.nodeNode': '28',
  'elk.spacing.edgeLabel': '3',
  'elk.json.edgeCoords': 'ROOT',
};

export async function layOut({
  box,
  routes,
}: {
  box: Box;
  routes: readonly Route[];
}): Promise<Drawing> {
  // Only whoever draws pays for loading it.
  const { default: Elk } = (await import('elkjs/lib/elk.bundled.js')) as unknown as Elk;
  const graph = {
    id: 'graph',
    layoutOptions: options,
    children: [elkBox(box)],
    edges: routes.map(elkRoute),
  };
  const laidOut = (await new Elk().layout(graph)) as ElkNode;
  return drawingOf(laidOut, box, routes);
}

function elkBox({ id, width, height, inner }: Box): object {
  const room = `[top=${height + 6},left=14,bottom=14,right=14]`;
  const children = inner.map(elkBox);
  const nested = { 'elk.padding': room, 'elk.nodeSize.constraints': 'MINIMUM_SIZE' };
  const least = { 'elk.nodeSize.minimum': `(${width},${height})` };
  return children.length > 0
    ? { id, children, layoutOptions: { ...nested, ...least } }
    : { id, width, height };
}

function elkRoute({ id, from, to, label, width, height }: Route): object {
  const labels = label === '' ? [] : [{ text: label, width, height }];
  return { id, sources: [from], targets: [to], labels };
}

function drawingOf(graph: ElkNode, outermost: Box, routes: readonly Route[]): Drawing {
  const byId = new Map<string, Box>();
  const know = (box: Box): void => {
    byId.set(box.id, box);
    box.inner.forEach(know);
  };
  know(outermost);
  const boxes = placedIn(graph, { x: 0, y: 0 }, byId);
  const drawn = edgesIn(graph).flatMap((edge) => {
    const route = routes.find(({ id }) => id === edge.id);
    return route ? [{ route, ...trackOf(edge) }] : [];
  });
  return { width: whole(graph.width), height: whole(graph.height), boxes, routes: drawn };
}

function placedIn(node: ElkNode, at: Point, byId: ReadonlyMap<string, Box>): Drawing['boxes'] {
  return (node.children ?? []).flatMap((child) => {
    const place = { x: at.x + (child.x ?? 0), y: at.y + (child.y ?? 0) };
    const box = byId.get(child.id);
    const size = { width: whole(child.width), height: whole(child.height) };
    const own = box ? [{ box, x: whole(place.x), y: whole(place.y), ...size }] : [];
    return [...own, ...placedIn(child, place, byId)];
  });
}

const edgesIn = (node: ElkNode): readonly ElkEdge[] => [
  ...(node.edges ?? []),
  ...(node.children ?? []).flatMap(edgesIn),
];

function trackOf({ sections = [], labels = [] }: ElkEdge) {
  const points = sections.flatMap(({ startPoint, bendPoints = [], endPoint }) =>
    [startPoint, ...bendPoints, endPoint].map(({ x, y }) => ({ x: whole(x), y: whole(y) })),
  );
  const [label] = labels;
  const labelAt = label ? { x: whole(label.x), y: whole(label.y) } : null;
  return { points, labelAt };
}

const whole = (length: number | undefined): number => Math.round(length ?? 0);

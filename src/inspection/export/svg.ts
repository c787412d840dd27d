/** A machine as a picture: laid out by ELK, drawn as plain SVG that any browser shows. */
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { type Happened, triggerOf } from '../../verify/machines/diagram.ts';
import { pathOf } from '../../verify/machines/graph.ts';
import { type WayOf, waysOf } from '../../verify/machines/ways.ts';
import { type Box, layOut, type Route } from './layout.ts';
import { escaped } from './xml.ts';

const characterPx = 6.6;
const rowPx = 16;
const paddingPx = 12;

/** Stands for the machine itself: what every state takes leaves from here. */
const rootId = 'machine';
const idOf = (path: string): string => (path === '' ? rootId : `state:${path}`);

export async function svg(machine: AnyStateMachine, happened?: Happened): Promise<string> {
  const ways = waysOf(machine).filter(({ to }) => to !== null);
  const drawing = await layOut({ box: boxOf(machine.root), routes: ways.map(routeOf(machine)) });
  const title = escaped(machine.id);
  const { width, height } = drawing;
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size}`,
    `  role="img" aria-label="${title}" font-family="ui-monospace, monospace" font-size="11">`,
    `<title>${title}</title>`,
    ...style,
    ...drawing.boxes.map((box) => boxLine(box, happened)),
    ...drawing.routes.flatMap((route) => routeLines(route, happened)),
    '</svg>',
    '',
  ].join('\n');
}

const style = [
  '<style>',
  'rect{fill:#fff;stroke:#57606a;rx:6} rect.final{stroke-width:3} rect.seen{fill:#d7f5dd}',
  'rect.never{fill:#fde0dc;stroke-dasharray:4 3} path{fill:none;stroke:#57606a}',
  'path.never{stroke:#c62828;stroke-dasharray:4 3} text{fill:#1f2328} text.label{fill:#57606a}',
  '</style>',
  '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" ' +
    'orient="auto"><path d="M0 0L8 4L0 8z" style="fill:#57606a"/></marker></defs>',
];

function boxOf(node: AnyStateNode): Box {
  const inner = Object.values(node.states as Record<string, AnyStateNode>);
  const notes = node.invoke.map(({ src }) => `invokes ${src}`);
  const rows = [node.parent ? node.key : node.machine.id, ...notes];
  const widest = Math.max(...rows.map((row) => row.length));
  return {
    id: idOf(pathOf(node)),
    rows,
    kind: node.type,
    width: Math.round(widest * characterPx + 2 * paddingPx),
    height: rows.length * rowPx + paddingPx,
    inner: inner.map(boxOf),
  };
}

const routeOf =
  (machine: AnyStateMachine) =>
  ({ key, from, to, event, guard }: WayOf): Route => {
    const label = [event ? triggerOf(machine, event) : '', guard ? `[${guard}]` : '']
      .join(' ')
      .trim();
    return {
      id: key,
      from: idOf(from),
      to: idOf(to ?? ''),
      label,
      width: Math.round(label.length * characterPx) + 4,
      height: label === '' ? 0 : rowPx,
    };
  };

type Drawing = Awaited<ReturnType<typeof layOut>>;

function boxLine(
  { box, x, y, width, height }: Drawing['boxes'][number],
  happened?: Happened,
): string {
  const path = box.id.replace(/^state:/, '');
  const known = box.id === rootId || !happened ? '' : happened.stood.has(path) ? 'seen' : 'never';
  const names = [box.kind, known].filter((name) => name !== '').join(' ');
  const rows = box.rows.map((row, at) => {
    const [left, top] = [x + paddingPx, y + paddingPx + rowPx * at + 5];
    return `<text x="${left}" y="${top}">${escaped(row)}</text>`;
  });
  const frame = `<rect class="${names}" x="${x}" y="${y}" width="${width}" height="${height}"/>`;
  return `<g id="${escaped(box.id)}">${frame}${rows.join('')}</g>`;
}

function routeLines({ route, points, labelAt }: Drawing['routes'][number], happened?: Happened) {
  const steps = points.map(({ x, y }, at) => `${at === 0 ? 'M' : 'L'}${x} ${y}`).join('');
  const known = happened && !happened.taken.has(route.id) ? ' class="never"' : '';
  const line = `<path${known} d="${steps}" marker-end="url(#tip)"/>`;
  if (!labelAt || route.label === '') return [line];
  const [x, y] = [labelAt.x, labelAt.y + rowPx - 5];
  return [line, `<text class="label" x="${x}" y="${y}">${escaped(route.label)}</text>`];
}

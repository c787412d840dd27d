/** The plan as a picture: tasks by waves, coloured by their states, with the critical path. */
import { useComputed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { TaskShape } from '../../serving/wire.ts';
import { go, selected } from '../route.ts';
import { decidedNeeds, decidedTasks } from '../run/decided.tsx';
import { rows, shape } from '../store.ts';
import { signs, toneOf } from '../words.ts';
import {
  edgePath,
  type GraphLayout,
  layOut,
  nodeHeight,
  nodeWidth,
  type Place,
} from './graph-layout.ts';
import { Viewport } from './viewport.tsx';

const farBelow = 0.42;
const smallPlanMax = 60;
const readable = 0.65;

export function Graph() {
  const plan = shape.value;
  const aspect = Math.min(2.4, Math.max(0.6, innerWidth / Math.max(320, innerHeight - 260)));
  const layout = useMemo(() => layOut(plan?.tasks ?? [], aspect), [plan]);
  const focus = useComputed(() => {
    const place = layout.places.get(taskIn(selected.value));
    return place ? { x: place.x + nodeWidth / 2, y: place.y + nodeHeight / 2 } : null;
  });
  if (plan === null) return <p class="quiet pad">The plan is on its way …</p>;
  // Of a small plan every word is to be read; of a large one the whole is to be seen.
  const scaleMin = plan.tasks.length <= smallPlanMax ? readable : 0;
  return (
    <div class="graph">
      <Viewport
        {...{ width: layout.width, height: layout.height, farBelow, scaleMin, focus }}
        label={`${plan.tasks.length} tasks by waves. Arrow keys go from task to task.`}
        onKey={(event) => step(event, layout)}
      >
        <Waves layout={layout} />
        <Edges layout={layout} />
        {[...layout.places.values()].map((place) => (
          <Node key={place.task.id} place={place} first={place.task === plan.tasks[0]} />
        ))}
      </Viewport>
      <Legend />
    </div>
  );
}

function Legend() {
  return (
    <ul class="legend graph-legend" aria-label="What the lines are">
      <li data-line="critical">the plan's critical path</li>
      {decidedTasks.value.size > 0 && <li data-line="decided">decided when it ended</li>}
    </ul>
  );
}

const taskIn = (address: string): string => address.replace(/^task\//, '');

function Waves({ layout }: { readonly layout: GraphLayout }) {
  return (
    <g class="waves" aria-hidden="true">
      {layout.waves.map(({ wave, x, width, count }) => (
        <g key={wave}>
          <rect
            class="wave"
            x={x - 14}
            y={8}
            width={width + 28}
            height={layout.height - 16}
            rx={12}
          />
          <text class="wave-name" x={x} y={34}>
            Wave {wave + 1} · {count}
          </text>
        </g>
      ))}
    </g>
  );
}

/** In few paths: plain ones, the plan's critical one, what decided the end, and who's selected. */
function Edges({ layout }: { readonly layout: GraphLayout }) {
  const all = useMemo(() => edgesOf(layout), [layout]);
  const own = useComputed(() => {
    const id = taskIn(selected.value);
    return all
      .filter(({ from, to }) => from === id || to === id)
      .map(({ d }) => d)
      .join('');
  });
  const decided = useComputed(() =>
    all
      .filter(({ from, to }) => decidedNeeds.value.has(`${from} ${to}`))
      .map(({ d }) => d)
      .join(''),
  );
  const path = (critical: boolean): string =>
    all
      .filter((edge) => edge.critical === critical)
      .map(({ d }) => d)
      .join('');
  return (
    <g class="edges" aria-hidden="true">
      <path class="edge" d={path(false)} />
      <path class="edge critical" d={path(true)} />
      <path class="edge decided" d={decided} />
      <path class="edge own" d={own} />
    </g>
  );
}

function edgesOf({ places }: GraphLayout) {
  return [...places.values()].flatMap((to) =>
    to.task.needs.flatMap((need) => {
      const from = places.get(need);
      if (!from) return [];
      const critical = from.task.critical && to.task.critical;
      return [{ from: need, to: to.task.id, critical, d: edgePath(from, to) }];
    }),
  );
}

function Node({ place, first }: { readonly place: Place; readonly first: boolean }) {
  const { task, x, y } = place;
  const address = `task/${task.id}`;
  const row = rows.value.row(address).value;
  const isSelected = useComputed(() => selected.value === address);
  const state = row?.state ?? 'unborn';
  const tone = toneOf(state);
  const isDecisive = useComputed(() => decidedTasks.value.has(task.id));
  const said = caption(task, state, row?.attempt ?? 0);
  return (
    <g
      class="node"
      id={`node-${task.id}`}
      role="button"
      tabindex={isSelected.value || (first && selected.value === '') ? 0 : -1}
      aria-pressed={isSelected.value}
      aria-label={`${task.id} ${said}`}
      aria-description={describe(task.critical, isDecisive.value)}
      data-decided={isDecisive.value}
      data-tone={tone}
      data-critical={task.critical}
      data-selected={isSelected.value}
      transform={`translate(${x} ${y})`}
      onClick={() => go({ actor: address })}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === ' ') go({ actor: address });
      }}
    >
      <rect class="card" width={nodeWidth} height={nodeHeight} rx={9} />
      <rect class="stripe" width={6} height={nodeHeight - 14} x={6} y={7} rx={3} />
      <svg x={20} width={nodeWidth - 54} height={nodeHeight}>
        <text class="name" y={18}>
          {`${task.id} `}
        </text>
        <text class="state" y={33}>
          {said}
        </text>
      </svg>
      <text class="sign" x={nodeWidth - 18} y={26} text-anchor="middle" aria-hidden="true">
        {signs[tone]}
      </text>
    </g>
  );
}

function describe(isCritical: boolean, isDecisive: boolean): string | undefined {
  if (isDecisive) return 'decided when the run ended';
  return isCritical ? "on the plan's critical path" : undefined;
}

function caption({ role }: TaskShape, state: string, attempt: number): string {
  const tries = attempt > 1 ? ` · try ${attempt}` : '';
  return `${state === 'unborn' ? 'not begun' : state}${tries} · ${role}`;
}

/** Left to what it needs, right to who needs it, up and down among its neighbours. */
function step(event: KeyboardEvent, { places }: GraphLayout): void {
  const here = places.get(taskIn(selected.value));
  if (!here || !event.key.startsWith('Arrow')) return;
  event.preventDefault();
  const next = neighbour(event.key, here, [...places.values()]);
  if (!next) return;
  go({ actor: `task/${next.task.id}` });
  document.getElementById(`node-${next.task.id}`)?.focus();
}

function neighbour(key: string, here: Place, all: readonly Place[]): Place | undefined {
  const near = (places: readonly Place[]): Place | undefined =>
    [...places].sort((a, b) => Math.abs(a.y - here.y) - Math.abs(b.y - here.y))[0];
  switch (key) {
    case 'ArrowLeft':
      return near(all.filter(({ task }) => here.task.needs.includes(task.id)));
    case 'ArrowRight':
      return near(all.filter(({ task }) => task.needs.includes(here.task.id)));
    case 'ArrowUp':
      return near(all.filter(({ x, y }) => x === here.x && y < here.y));
    default:
      return near(all.filter(({ x, y }) => x === here.x && y > here.y));
  }
}

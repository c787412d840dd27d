/** An actor's machine, alive: the states it is in are lit, and the way it has just gone moves. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ActorLook, MachineShape } from '../../serving/wire.ts';
import { ask } from '../ask.ts';
import type { Point } from './camera.ts';
import { type Arrow, type Box, type Drawing, draw } from './statechart-layout.ts';
import { takenIn } from './taken.ts';
import { Viewport } from './viewport.tsx';

let machines: Promise<readonly MachineShape[]> | null = null;
const drawings = new Map<string, Promise<Drawing>>();

function machineOf(key: string): Promise<MachineShape | undefined> {
  machines ??= ask<{ machines: readonly MachineShape[] }>('machines').then(
    (answer) => answer.machines,
  );
  return machines.then((all) => all.find((machine) => machine.key === key));
}

function drawingOf(machine: MachineShape, direction: 'DOWN' | 'RIGHT'): Promise<Drawing> {
  const key = `${machine.key} ${direction}`;
  const known = drawings.get(key) ?? draw(machine, direction);
  drawings.set(key, known);
  return known;
}

/** Smaller than this nobody can read it: then a part of it is shown first. */
const readable = 0.82;

interface StatechartProps {
  readonly look: ActorLook;
  readonly direction: 'DOWN' | 'RIGHT';
}

export function Statechart({ look, direction }: StatechartProps) {
  const machine = useSignal<MachineShape | null>(null);
  const drawing = useSignal<Drawing | null>(null);
  const failed = useSignal('');
  const innermost = look.active.at(-1);
  const place = drawing.value?.boxes.find(({ id }) => id === innermost);
  const focus = useSignal<Point | null>(null);
  useEffect(() => {
    if (place) focus.value = { x: place.x + place.width / 2, y: place.y + place.height / 2 };
  }, [place]);
  useEffect(() => {
    const load = async (): Promise<void> => {
      const found = await machineOf(look.machine);
      if (!found) throw new Error(`there is no machine called ${look.machine}`);
      machine.value = found;
      drawing.value = await drawingOf(found, direction);
    };
    load().catch((error: Error) => {
      failed.value = error.message;
    });
  }, [look.machine, direction]);
  if (failed.value !== '') return <p class="quiet pad">It can't be drawn: {failed.value}.</p>;
  if (!machine.value || !drawing.value) {
    return <p class="quiet pad">The machine is being laid out …</p>;
  }
  const taken = takenIn(machine.value, look.steps);
  const answers = new Map(
    look.accepts.flatMap(({ ways }) => ways.map(({ transition, answer }) => [transition, answer])),
  );
  const { boxes, arrows, width, height } = drawing.value;
  const active = new Set(look.active);
  const tone = look.life === 'alive' ? 'alive' : 'ended';
  return (
    <Viewport
      {...{ width, height, focus }}
      farBelow={0.3}
      scaleMax={1.25}
      scaleMin={readable}
      label={`Statechart of ${look.address}: it is in ${look.active.at(-1) ?? 'no state'}`}
    >
      <Tip />
      <g class="chart" data-life={tone}>
        {boxes.map((box) => (
          <BoxShape key={box.id} box={box} isActive={active.has(box.id)} />
        ))}
        {arrows.map((arrow) => (
          <ArrowShape
            key={arrow.id}
            {...{ arrow, answers, taken: taken.transitions, n: taken.n }}
          />
        ))}
      </g>
    </Viewport>
  );
}

function Tip() {
  return (
    <defs>
      {['plain', 'taken'].map((kind) => (
        <marker
          key={kind}
          id={`tip-${kind}`}
          class={`tip ${kind}`}
          viewBox="0 0 8 8"
          refX={7}
          refY={4}
          markerWidth={7}
          markerHeight={7}
          orient="auto-start-reverse"
        >
          <path d="M0 0.6L7.4 4L0 7.4z" />
        </marker>
      ))}
    </defs>
  );
}

function BoxShape({ box, isActive }: { readonly box: Box; readonly isActive: boolean }) {
  const { x, y, width, height, kind, name, lines, isLeaf } = box;
  if (kind === 'start') {
    return <circle class="start" cx={x + width / 2} cy={y + height / 2} r={width / 2 - 1} />;
  }
  return (
    <g class="state" data-active={isActive} data-kind={kind} data-leaf={isLeaf}>
      <rect class="state-box" {...{ x, y, width, height }} rx={kind === 'anywhere' ? 14 : 9} />
      {kind === 'final' && (
        <rect
          class="state-inner"
          x={x + 3}
          y={y + 3}
          width={width - 6}
          height={height - 6}
          rx={7}
        />
      )}
      <text class="state-name" x={x + width / 2} y={y + 20} text-anchor="middle">
        {name}
      </text>
      {lines.map((line, at) => (
        <text key={line} class="state-line" x={x + 12} y={y + 35 + at * 13}>
          {line}
        </text>
      ))}
    </g>
  );
}

interface ArrowProps {
  readonly arrow: Arrow;
  readonly answers: ReadonlyMap<string, string | undefined>;
  readonly taken: ReadonlySet<string>;
  readonly n: number;
}

function ArrowShape({ arrow, answers, taken, n }: ArrowProps) {
  const { transitions, label, d } = arrow;
  const isTaken = transitions.some(({ id }) => taken.has(id));
  const open = transitions.some(({ id }) => ['yes', 'asks'].includes(answers.get(id) ?? ''));
  return (
    <g class="arrow" data-taken={isTaken} data-open={open}>
      <path class="shaft" d={d} marker-end={`url(#tip-${isTaken ? 'taken' : 'plain'})`} />
      {isTaken && <path key={n} class="runner" d={d} pathLength={1} />}
      {label?.lines.map((line, at) => (
        <text
          key={line}
          class="arrow-label"
          data-answer={answers.get(transitions[at]?.id ?? '') ?? 'none'}
          data-taken={taken.has(transitions[at]?.id ?? '')}
          x={label.x + 4}
          y={label.y + 11 + at * 13}
        >
          {line}
        </text>
      ))}
    </g>
  );
}

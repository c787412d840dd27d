/** Who did what when: a row for each agent, or for each task; by wheel, fingers and keys closer. */
import { type Signal, useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Bar } from '../../serving/wire.ts';
import { ticking } from '../clock.ts';
import { Listing } from '../listing.tsx';
import { Decided } from '../run/decided.tsx';
import { bars, head, moment } from '../store.ts';
import { clockTime, duration, plural } from '../words.ts';
import { type By, LaneRow, lanesOf } from './lanes.tsx';
import { panned, type Stretch, zoomed } from './stretch.ts';
import { ZoomButtons, zoomStep } from './zoom-buttons.tsx';

const rowHeight = 30;
const ticks = [0, 0.25, 0.5, 0.75, 1] as const;
const panShare = 0.2;

export function Timeline() {
  const by = useSignal<By>('agent');
  const end = useComputed(() => endOf());
  const begin = head.value?.begunAt ?? 0;
  const lanes = useComputed(() => lanesOf(shownBars(), by.value));
  const view = useView({ from: begin, to: Math.max(begin + 1, end.value) });
  if (head.value === null) return <p class="quiet pad">The bars are on their way …</p>;
  return (
    <div class="timeline" ref={view.box} onKeyDown={view.onKeyDown} {...view.drag}>
      <div class="filters">
        <div class="choice" role="group" aria-label="A row for each">
          {(['agent', 'task'] as const).map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={by.value === each}
              onClick={() => (by.value = each)}
            >
              by {each}
            </button>
          ))}
        </div>
        <ul class="legend" aria-label="What the bars are">
          <li data-kind="work">work</li>
          <li data-kind="checks">checks</li>
          <li data-kind="waits">waits</li>
          <li data-end="badly">ended badly</li>
          <li data-kind="work" data-decided="true">
            decided the end
          </li>
        </ul>
        <span class="quiet">{plural(lanes.value.length, by.value)}</span>
        <ZoomButtons label="Stretch of time" zoom={view.zoom} showAll={view.showAll} />
      </div>
      <Decided />
      {lanes.value.length === 0 ? (
        <p class="quiet pad">No attempt has begun yet.</p>
      ) : (
        <>
          <Axis begin={begin} seen={view.seen} />
          <Listing
            items={lanes.value}
            rowHeight={rowHeight}
            label="Attempts over time. Plus and minus change the stretch, left and right move it."
            row={(lane) => <LaneRow {...{ lane, seen: view.seen, now: end.value }} by={by.value} />}
          />
        </>
      )}
    </div>
  );
}

function Axis({ begin, seen }: { readonly begin: number; readonly seen: Stretch }) {
  return (
    <div class="lane-axis" aria-hidden="true">
      {ticks.map((share) => {
        const at = seen.from + (seen.to - seen.from) * share;
        return (
          <span key={share} style={{ left: `${share * 100}%` }}>
            {at === begin ? clockTime(begin) : `+${duration(at - begin)}`}
          </span>
        );
      })}
    </div>
  );
}

/** The stretch that is seen, and what moves it; null: all there is, as it grows. */
function useView(all: Stretch) {
  const chosen = useSignal<Stretch | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(all);
  latest.current = all;
  const now = (): Stretch => chosen.peek() ?? latest.current;
  const zoom = (by: number, share?: number): void => {
    chosen.value = zoomed(now(), latest.current, by, share);
  };
  const pan = (share: number): void => {
    if (chosen.peek()) chosen.value = panned(now(), latest.current, share);
  };
  const showAll = (): void => {
    chosen.value = null;
  };
  useWheel(box, { zoom, pan });
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '+' || event.key === '=') zoom(zoomStep);
    else if (event.key === '-') zoom(1 / zoomStep);
    else if (event.key === '0') showAll();
    else if (event.key === 'ArrowLeft') pan(-panShare);
    else if (event.key === 'ArrowRight') pan(panShare);
    else return;
    event.preventDefault();
  };
  return { box, seen: chosen.value ?? all, zoom, showAll, onKeyDown, drag: useDrag(chosen, pan) };
}

interface Moves {
  readonly zoom: (by: number, share?: number) => void;
  readonly pan: (share: number) => void;
}

/** With Ctrl (as two fingers do) it zooms, sideways it pans; up and down the rows move. */
function useWheel(box: { readonly current: HTMLDivElement | null }, { zoom, pan }: Moves): void {
  useEffect(() => {
    const room = box.current;
    const onWheel = (event: WheelEvent): void => {
      const track = trackOf(event.target);
      const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
      if (!track || (!event.ctrlKey && sideways === 0)) return;
      event.preventDefault();
      const { left, width } = track;
      if (event.ctrlKey) zoom(Math.exp(-event.deltaY / 200), (event.clientX - left) / width);
      else pan(sideways / width);
    };
    room?.addEventListener('wheel', onWheel, { passive: false });
    return () => room?.removeEventListener('wheel', onWheel);
  });
}

/** Only what is closer than all of it can be dragged. */
function useDrag(chosen: Signal<Stretch | null>, pan: (share: number) => void) {
  const last = useRef<number | null>(null);
  const onPointerDown = (event: PointerEvent): void => {
    if (chosen.peek() && trackOf(event.target)) last.current = event.clientX;
  };
  const onPointerMove = (event: PointerEvent): void => {
    const track = trackOf(event.target);
    if (last.current === null || !track) return;
    pan((last.current - event.clientX) / track.width);
    last.current = event.clientX;
  };
  const drop = (): void => {
    last.current = null;
  };
  return {
    ...{ onPointerDown, onPointerMove },
    ...{ onPointerUp: drop, onPointerLeave: drop, onPointerCancel: drop },
  };
}

function trackOf(target: EventTarget | null): DOMRect | null {
  const row = target instanceof Element ? target.closest('.lane') : null;
  return row?.querySelector('.lane-track')?.getBoundingClientRect() ?? null;
}

/** Of a run that goes on, the present moves. */
function endOf(): number {
  const now = head.value;
  if (now === null) return 0;
  const goesOn = moment.value === null && now.status === 'running' && now.life !== 'nobody';
  return goesOn ? Math.max(now.at, ticking.value) : now.at;
}

/** As they were at the moment that is looked at. */
function shownBars(): readonly Bar[] {
  if (moment.value === null) return bars.value;
  const at = head.value?.at ?? 0;
  return bars.value
    .filter(({ from }) => from <= at)
    .map((bar) => (bar.to !== null && bar.to <= at ? bar : { ...bar, to: null, end: 'open' }));
}

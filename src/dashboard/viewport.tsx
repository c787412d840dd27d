/** A picture that can be moved and made larger: by wheel, fingers, buttons and keys. */
import { type Signal, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export interface View {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

interface ViewportProps {
  readonly width: number;
  readonly height: number;
  readonly label: string;
  /** Below this scale, words can't be read and are left out. */
  readonly farBelow: number;
  readonly scaleMax?: number;
  /** A point that should be in sight. */
  readonly focus: Signal<{ readonly x: number; readonly y: number } | null>;
  readonly onKey?: (event: KeyboardEvent) => void;
  readonly children: ComponentChildren;
}

const zoomStep = 1.25;
const panPixels = 80;

export function Viewport(props: ViewportProps) {
  const { width, height, label, farBelow, scaleMax = 1.1, focus, onKey, children } = props;
  const frame = useRef<HTMLDivElement>(null);
  const view = useSignal<View>({ x: 0, y: 0, scale: 0 });
  const touched = useRef<'no' | 'yes'>('no');

  const showAll = (): void => {
    const room = frame.current;
    if (!room) return;
    const [w, h] = [room.clientWidth, room.clientHeight];
    const scale = Math.min(scaleMax, w / width, h / height);
    view.value = { scale, x: (w - width * scale) / 2, y: Math.max(0, (h - height * scale) / 2) };
  };

  useEffect(() => {
    const observer = new ResizeObserver(() => {
      if (touched.current === 'no') showAll();
    });
    if (frame.current) observer.observe(frame.current);
    return () => observer.disconnect();
  }, [width, height]);

  const zoom = (by: number, at?: { readonly x: number; readonly y: number }): void => {
    const room = frame.current;
    if (!room) return;
    touched.current = 'yes';
    const { x, y, scale } = view.value;
    const next = Math.min(4, Math.max(0.03, scale * by));
    const point = at ?? { x: room.clientWidth / 2, y: room.clientHeight / 2 };
    const k = next / scale;
    view.value = { scale: next, x: point.x - (point.x - x) * k, y: point.y - (point.y - y) * k };
  };

  useSignalEffect(() => {
    const point = focus.value;
    if (point) reveal(point, view, frame.current);
  });

  // Not passive: the page itself must not scroll meanwhile.
  useEffect(() => {
    const room = frame.current;
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      touched.current = 'yes';
      const { left = 0, top = 0 } = room?.getBoundingClientRect() ?? {};
      const at = { x: event.clientX - left, y: event.clientY - top };
      if (event.ctrlKey || !event.shiftKey) zoom(Math.exp(-event.deltaY / 400), at);
      else view.value = { ...view.value, x: view.value.x - event.deltaY };
    };
    room?.addEventListener('wheel', onWheel, { passive: false });
    return () => room?.removeEventListener('wheel', onWheel);
  }, []);

  const drag = useDrag(view, touched);
  const transform = useComputed(() => {
    const { x, y, scale } = view.value;
    return `translate(${x} ${y}) scale(${scale})`;
  });
  const distance = useComputed(() => (view.value.scale < farBelow ? 'far' : 'near'));
  const keys = (event: KeyboardEvent): void => {
    const by = panKeys[event.key];
    if (event.key === '+' || event.key === '=') zoom(zoomStep);
    else if (event.key === '-') zoom(1 / zoomStep);
    else if (event.key === '0') {
      touched.current = 'no';
      showAll();
    } else if (by && event.shiftKey) {
      view.value = { ...view.value, x: view.value.x + by[0], y: view.value.y + by[1] };
    } else return onKey?.(event);
    event.preventDefault();
  };

  return (
    <div class="viewport" ref={frame} onKeyDown={keys} {...drag}>
      <svg class="picture" role="group" aria-label={label} data-distance={distance}>
        <g transform={transform}>{children}</g>
      </svg>
      <div class="zoom" role="group" aria-label="Size of the picture">
        <button type="button" aria-label="Larger" onClick={() => zoom(zoomStep)}>
          +
        </button>
        <button type="button" aria-label="Smaller" onClick={() => zoom(1 / zoomStep)}>
          −
        </button>
        <button
          type="button"
          aria-label="Show all"
          onClick={() => {
            touched.current = 'no';
            showAll();
          }}
        >
          ⤢
        </button>
      </div>
    </div>
  );
}

const panKeys: Readonly<Record<string, readonly [number, number]>> = {
  ...{ ArrowLeft: [panPixels, 0], ArrowRight: [-panPixels, 0] },
  ...{ ArrowUp: [0, panPixels], ArrowDown: [0, -panPixels] },
};

/** Moves no further than needed. */
function reveal(
  point: { readonly x: number; readonly y: number },
  view: Signal<View>,
  room: HTMLElement | null,
): void {
  const { x, y, scale } = view.peek();
  if (!room || scale === 0) return;
  const [px, py] = [point.x * scale + x, point.y * scale + y];
  const edge = 60;
  const dx = Math.max(0, edge - px) - Math.max(0, px - (room.clientWidth - edge));
  const dy = Math.max(0, edge - py) - Math.max(0, py - (room.clientHeight - edge));
  if (dx !== 0 || dy !== 0) view.value = { scale, x: x + dx, y: y + dy };
}

/** One finger moves it, two make it larger. */
function useDrag(view: Signal<View>, touched: { current: 'no' | 'yes' }) {
  const fingers = useRef(new Map<number, { x: number; y: number }>());
  const onPointerDown = (event: PointerEvent): void => {
    if (event.target instanceof Element && event.target.closest('button')) return;
    fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
  };
  const onPointerMove = (event: PointerEvent): void => {
    const before = fingers.current.get(event.pointerId);
    if (!before) return;
    const here = { x: event.clientX, y: event.clientY };
    const { x, y, scale } = view.value;
    const others = [...fingers.current].filter(([id]) => id !== event.pointerId);
    const other = others[0]?.[1];
    fingers.current.set(event.pointerId, here);
    touched.current = 'yes';
    if (!other) {
      view.value = { scale, x: x + here.x - before.x, y: y + here.y - before.y };
      return;
    }
    const far = (p: { x: number; y: number }) => Math.hypot(p.x - other.x, p.y - other.y) || 1;
    const k = far(here) / far(before);
    view.value = {
      scale: scale * k,
      x: other.x - (other.x - x) * k,
      y: other.y - (other.y - y) * k,
    };
  };
  const lift = (event: PointerEvent): void => void fingers.current.delete(event.pointerId);
  return {
    onPointerDown,
    onPointerMove,
    onPointerUp: lift,
    onPointerLeave: lift,
    onPointerCancel: lift,
  };
}

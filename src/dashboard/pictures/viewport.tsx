/** A picture that can be moved and made larger: by wheel, fingers, buttons and keys. */
import { type Signal, useComputed, useSignalEffect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { Camera, type Point } from './camera.ts';
import { ZoomButtons, zoomStep } from './zoom-buttons.tsx';

interface ViewportProps {
  readonly width: number;
  readonly height: number;
  readonly label: string;
  /** Below this scale, words can't be read and are left out. */
  readonly farBelow: number;
  readonly scaleMax?: number;
  /** It begins no smaller than this, even when not all of it fits. */
  readonly scaleMin?: number;
  /** A point that should be in sight. */
  readonly focus: Signal<Point | null>;
  readonly onKey?: (event: KeyboardEvent) => void;
  readonly children: ComponentChildren;
}

const panPixels = 80;

export function Viewport(props: ViewportProps) {
  const { width, height, label, farBelow, scaleMax = 1.1, scaleMin = 0, focus, children } = props;
  const frame = useRef<HTMLDivElement>(null);
  const camera = useMemo(() => new Camera({ scaleMax, scaleMin }), []);
  useEffect(() => {
    camera.picture = { width, height };
    const observer = new ResizeObserver(() => {
      const { clientWidth = 0, clientHeight = 0 } = frame.current ?? {};
      camera.resize({ width: clientWidth, height: clientHeight }, focus.peek());
    });
    if (frame.current) observer.observe(frame.current);
    return () => observer.disconnect();
  }, [width, height]);
  useSignalEffect(() => {
    if (focus.value) camera.reveal(focus.value);
  });
  useWheel(frame, camera);
  const drag = useDrag(camera);
  const transform = useComputed(() => {
    const { x, y, scale } = camera.view.value;
    return `translate(${x} ${y}) scale(${scale})`;
  });
  const distance = useComputed(() => (camera.view.value.scale < farBelow ? 'far' : 'near'));
  return (
    <div
      class="viewport"
      ref={frame}
      onKeyDown={(event) => (moveByKey(event, camera) ? undefined : props.onKey?.(event))}
      {...drag}
    >
      <svg class="picture" role="group" aria-label={label} data-distance={distance}>
        <g transform={transform}>{children}</g>
      </svg>
      <ZoomButtons
        label="Size of the picture"
        zoom={(by) => camera.zoom(by)}
        showAll={() => camera.showAll()}
      />
    </div>
  );
}

const panKeys: Readonly<Record<string, readonly [number, number]>> = {
  ...{ ArrowLeft: [panPixels, 0], ArrowRight: [-panPixels, 0] },
  ...{ ArrowUp: [0, panPixels], ArrowDown: [0, -panPixels] },
};

/** Answers whether the key was meant for it. */
function moveByKey(event: KeyboardEvent, camera: Camera): boolean {
  const by = panKeys[event.key];
  if (event.key === '+' || event.key === '=') camera.zoom(zoomStep);
  else if (event.key === '-') camera.zoom(1 / zoomStep);
  else if (event.key === '0') camera.showAll();
  else if (by && event.shiftKey) camera.pan(...by);
  else return false;
  event.preventDefault();
  return true;
}

/** Not passive: the page itself must not scroll meanwhile. */
function useWheel(frame: { readonly current: HTMLDivElement | null }, camera: Camera): void {
  useEffect(() => {
    const room = frame.current;
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const { left = 0, top = 0 } = room?.getBoundingClientRect() ?? {};
      if (event.shiftKey) camera.pan(-event.deltaY, 0);
      else {
        const at = { x: event.clientX - left, y: event.clientY - top };
        camera.zoom(Math.exp(-event.deltaY / 400), at);
      }
    };
    room?.addEventListener('wheel', onWheel, { passive: false });
    return () => room?.removeEventListener('wheel', onWheel);
  }, []);
}

/** One finger moves it, two make it larger. */
function useDrag(camera: Camera) {
  const fingers = useRef(new Map<number, Point>());
  const onPointerDown = (event: PointerEvent): void => {
    if (event.target instanceof Element && event.target.closest('button')) return;
    fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
  };
  const onPointerMove = (event: PointerEvent): void => {
    const before = fingers.current.get(event.pointerId);
    if (!before) return;
    const here = { x: event.clientX, y: event.clientY };
    const other = [...fingers.current].find(([id]) => id !== event.pointerId)?.[1];
    fingers.current.set(event.pointerId, here);
    if (!other) return camera.pan(here.x - before.x, here.y - before.y);
    const far = (p: Point): number => Math.hypot(p.x - other.x, p.y - other.y) || 1;
    camera.zoom(far(here) / far(before));
  };
  const lift = (event: PointerEvent): void => void fingers.current.delete(event.pointerId);
  return {
    ...{ onPointerDown, onPointerMove },
    ...{ onPointerUp: lift, onPointerLeave: lift, onPointerCancel: lift },
  };
}

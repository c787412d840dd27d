/** Which part of a picture is seen, and how large: it fits until somebody moves it. */
import { signal } from '@preact/signals';

export interface Point {
  readonly x: number;
  readonly y: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

interface Limits {
  /** Of a picture that would fit larger, or only smaller. */
  readonly scaleMax: number;
  readonly scaleMin: number;
}

const edge = 60;
const smallest = 0.03;
const largest = 4;

export class Camera {
  readonly view = signal({ x: 0, y: 0, scale: 0 });
  picture: Size = { width: 1, height: 1 };
  readonly #limits: Limits;
  #room: Size = { width: 1, height: 1 };
  #mode: 'fits' | 'moved' = 'fits';

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** `at`: what is in the middle when not all of it is seen. */
  resize(room: Size, at: Point | null): void {
    this.#room = room;
    if (this.#mode === 'fits') this.#fit(this.#limits.scaleMin, at);
  }

  showAll(): void {
    this.#mode = 'fits';
    this.#fit(0, null);
  }

  zoom(by: number, around?: Point): void {
    this.#mode = 'moved';
    const { x, y, scale } = this.view.peek();
    const next = Math.min(largest, Math.max(smallest, scale * by));
    const point = around ?? { x: this.#room.width / 2, y: this.#room.height / 2 };
    const k = next / scale;
    this.view.value = {
      scale: next,
      x: point.x - (point.x - x) * k,
      y: point.y - (point.y - y) * k,
    };
  }

  pan(dx: number, dy: number): void {
    this.#mode = 'moved';
    const { x, y, scale } = this.view.peek();
    this.view.value = { scale, x: x + dx, y: y + dy };
  }

  /** Moves no further than needed. */
  reveal({ x: px, y: py }: Point): void {
    const { x, y, scale } = this.view.peek();
    if (scale === 0) return;
    const { width, height } = this.#room;
    const [sx, sy] = [px * scale + x, py * scale + y];
    const dx = Math.max(0, edge - sx) - Math.max(0, sx - (width - edge));
    const dy = Math.max(0, edge - sy) - Math.max(0, sy - (height - edge));
    if (dx !== 0 || dy !== 0) this.view.value = { scale, x: x + dx, y: y + dy };
  }

  #fit(scaleMin: number, at: Point | null): void {
    const [room, { width, height }] = [this.#room, this.picture];
    const fitting = Math.min(this.#limits.scaleMax, room.width / width, room.height / height);
    const scale = Math.max(fitting, scaleMin);
    // Who can't see all of it begins where it begins.
    const begin = { x: scale > fitting ? 0 : width / 2, y: height / 2 };
    const middle = scale > fitting ? (at ?? begin) : begin;
    const place = (space: number, size: number, center: number): number => {
      const free = space - size * scale;
      // What fits stands in the middle; of the rest nothing beyond its border is shown.
      if (free >= 0) return free / 2;
      return Math.min(0, Math.max(free, space / 2 - center * scale));
    };
    const x = place(room.width, width, middle.x);
    const y = place(room.height, height, middle.y);
    this.view.value = { scale, x, y };
  }
}

/** Which moment of a run is looked at, and how to go from one to another. */
import { computed, effect, signal } from '@preact/signals';
import { later } from './clock.ts';
import { route } from './route.ts';
import { leavePast, moment, present } from './store.ts';

export const isPlaying = signal(false);
/** Inputs a second while it plays. */
export const speed = signal(20);
/** A moment that was kept, to be compared with another of the same run. */
export const kept = signal<number | null>(null);

const runShown = computed(() => route.value.run);

effect(() => {
  // The moments of another run are others.
  void runShown.value;
  kept.value = null;
});

/** Of the moments there are; the last one is the present. */
export const span = computed(() => {
  const head = present.value;
  return { first: head?.firstN ?? 0, last: head?.n ?? 0 };
});

export function goTo(n: number): void {
  const { first, last } = span.peek();
  moment.value = Math.min(last, Math.max(first, Math.round(n)));
}

export function stepBy(by: number): void {
  const { last } = span.peek();
  goTo((moment.peek() ?? last) + by);
}

export function backToPresent(): void {
  isPlaying.value = false;
  leavePast();
}

const beatMs = 50;

export function togglePlay(): void {
  isPlaying.value = !isPlaying.peek();
  if (!isPlaying.peek()) return;
  const { first, last } = span.peek();
  if (moment.peek() === null || moment.peek() === last) goTo(first);
  beat(moment.peek() ?? first);
}

/** `exact`: with the parts of steps that are less than a beat. */
function beat(exact: number): void {
  later(beatMs, () => {
    if (!isPlaying.peek()) return;
    // Somebody may have moved the scrubber meanwhile.
    const here = Math.round(exact) === moment.peek() ? exact : (moment.peek() ?? exact);
    const next = here + (speed.peek() * beatMs) / 1_000;
    goTo(next);
    if (next >= span.peek().last) isPlaying.value = false;
    else beat(next);
  });
}

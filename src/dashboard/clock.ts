/** Time in the browser: the one place where the page asks for it. */
import { signal } from '@preact/signals';

/** How far this machine's clock is behind that of the house, in ms. */
let behindMs = 0;

export const now = (): number => Date.now() + behindMs;

/** The house says its time now and then: what is left of a timer is counted by its clock. */
export function setClock(houseNow: number): void {
  behindMs = houseNow - Date.now();
}

/** Moves four times a second while somebody looks; whatever shows a duration reads it. */
export const ticking = signal(Date.now());

setInterval(() => {
  if (document.visibilityState === 'visible') ticking.value = now();
}, 250);

/** Answers how to give up. */
export function later(delayMs: number, call: () => void): () => void {
  const timer = setTimeout(call, delayMs);
  return () => clearTimeout(timer);
}

/** How an actor ended. */
import type { Actor } from './actor.ts';

export type Ending =
  | { readonly kind: 'done'; readonly output: unknown }
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'stopped' };

export function endingOf({ state }: Actor): Ending {
  switch (state.status) {
    case 'done':
      return { kind: 'done', output: state.output };
    case 'error':
      return { kind: 'error', error: state.error };
    default:
      return { kind: 'stopped' };
  }
}

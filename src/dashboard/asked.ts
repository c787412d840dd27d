/** An answer of the house as a signal: on its way, there, or refused. */
import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Problem } from '../serving/wire.ts';
import { ask, Refused } from './ask.ts';

export type Asked<Answer> =
  | { readonly kind: 'asked' }
  | { readonly kind: 'there'; readonly answer: Answer }
  | ({ readonly kind: 'refused' } & Problem);

/** Asks again when the path changes; what was answered before stays until then. */
export function useAsked<Answer>(path: string): Signal<Asked<Answer>> {
  const asked = useSignal<Asked<Answer>>({ kind: 'asked' });
  useEffect(() => {
    let wanted = true;
    ask<Answer>(path).then(
      (answer) => {
        if (wanted) asked.value = { kind: 'there', answer };
      },
      (error: Error) => {
        const problem = {
          code: 'page.broken',
          message: error.message,
          hint: 'load the page again',
        };
        const told = error instanceof Refused ? error.problem : problem;
        if (wanted) asked.value = { kind: 'refused', ...told };
      },
    );
    return () => {
      wanted = false;
    };
  }, [path]);
  return asked;
}

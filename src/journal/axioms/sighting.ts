/** What the world outside the runtime saw, in its order; `at` in ms of the world's clock. */
export type Sighting = { readonly at: number } & (
  | { readonly kind: 'runtime.opened' | 'runtime.died'; readonly life: number }
  | { readonly kind: 'input.acknowledged'; readonly n: number }
  | {
      readonly kind: 'work.begun';
      readonly task: string;
      readonly token: string;
      readonly agent: string;
      /** Left out: the task's own. */
      readonly role?: string;
      readonly attempt: number;
    }
  | {
      readonly kind: 'work.ended';
      readonly task: string;
      readonly token: string;
      readonly how: 'itself' | 'stopped' | 'reaped';
    }
  | { readonly kind: 'result.written'; readonly task: string; readonly status: string }
  | { readonly kind: 'run.concluded'; readonly status: string }
);

/** Questions and deeds over HTTP; what is refused is told in the words of the house. */
import { signal } from '@preact/signals';
import type { Deed, Problem } from '../serving/wire.ts';
import { later } from './clock.ts';

export interface Toast {
  readonly id: number;
  readonly kind: 'done' | 'refused';
  readonly text: string;
  readonly hint: string;
}

export const toasts = signal<readonly Toast[]>([]);
const toastMs = 7_000;
let nextToast = 1;

export function toast(kind: Toast['kind'], text: string, hint = ''): void {
  const id = nextToast;
  nextToast += 1;
  toasts.value = [...toasts.value.slice(-3), { id, kind, text, hint }];
  later(toastMs, () => {
    toasts.value = toasts.value.filter((each) => each.id !== id);
  });
}

export class Refused extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

const nobody: Problem = {
  code: 'page.offline',
  message: 'the house does not answer',
  hint: 'look whether troupe serve still runs',
};

/** Throws Refused. */
export async function ask<Answer>(path: string, body?: unknown): Promise<Answer> {
  const init: RequestInit =
    body === undefined
      ? {}
      : {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        };
  const response = await fetch(`api/${path}`, init).catch(() => null);
  if (response === null) throw new Refused(nobody);
  const answer = await response.json().catch(() => nobody);
  if (!response.ok) throw new Refused(answer as Problem);
  return answer as Answer;
}

export const runPath = (run: string, rest = ''): string =>
  `runs/${encodeURIComponent(run)}${rest === '' ? '' : `/${rest}`}`;

/** Says how it went; true when it was done. */
export async function attempt(what: string, doing: () => Promise<unknown>): Promise<boolean> {
  try {
    await doing();
    toast('done', what);
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    toast('refused', error.problem.message, error.problem.hint);
    return false;
  }
}

export const act = (run: string, deed: Deed, what: string): Promise<boolean> =>
  attempt(what, () => ask(runPath(run, 'act'), deed));

/** Where the page stands, in the fragment of its address: what is shown can be linked to. */
import { computed, signal } from '@preact/signals';

export const views = ['graph', 'timeline', 'actors', 'spend', 'events'] as const;
export type View = (typeof views)[number];

export interface Route {
  readonly page: 'runs' | 'run' | 'memory';
  readonly run: string;
  readonly view: View;
  /** Address of the actor that is looked at; empty: none. */
  readonly actor: string;
}

const read = (): Route => {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?', 2);
  const [area = '', run = '', view = ''] = path.split('/').map(decode);
  const actor = new URLSearchParams(query).get('actor') ?? '';
  if (area === 'memory') return { page: 'memory', run: '', view: 'graph', actor: '' };
  if (area !== 'runs' || run === '') return { page: 'runs', run: '', view: 'graph', actor: '' };
  const known = views.find((each) => each === view) ?? 'graph';
  return { page: 'run', run, view: known, actor };
};

const decode = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

export const route = signal<Route>(read());
addEventListener('hashchange', () => {
  route.value = read();
});

export const selected = computed(() => route.value.actor);

export function linkTo(to: Partial<Route>): string {
  const { page, run, view, actor } = { ...route.value, ...to };
  if (page !== 'run') return `#/${page === 'memory' ? 'memory' : ''}`;
  const query = actor === '' ? '' : `?actor=${encodeURIComponent(actor)}`;
  return `#/runs/${encodeURIComponent(run)}/${view}${query}`;
}

/** Without a new entry in the history where only the looked-at actor changes. */
export function go(to: Partial<Route>): void {
  const onlyActor = Object.keys(to).join() === 'actor';
  if (!onlyActor) {
    location.hash = linkTo(to);
    return;
  }
  history.replaceState(null, '', linkTo(to));
  route.value = read();
}

/** What the keys do, and how a person is told. */
import { signal } from '@preact/signals';
import { go, route, views } from './route.ts';
import { nextTheme } from './theme.ts';
import { backToPresent, isPlaying, stepBy, togglePlay } from './time.ts';

export const helpIsOpen = signal(false);

export const keyHelp: readonly (readonly [keys: string, what: string])[] = [
  ['?', 'this list'],
  ['1 2 3 4 5', 'graph, timeline, actors, spend, events'],
  ['← → ↑ ↓', 'from task to task, in the graph'],
  ['Enter', 'look at what has the focus'],
  ['o', 'look at the orchestrator'],
  ['Escape', 'close what is open'],
  [', .', 'one step back, one forward in time'],
  ['< >', 'a hundred steps'],
  ['p', 'play on from here, or stop'],
  ['l', 'back to the present'],
  ['+ - 0', 'size of the picture, or stretch of the timeline'],
  ['← →', 'earlier and later, in the timeline'],
  ['r', 'to the list of runs'],
  ['m', 'to memory'],
  ['t', 'light, dark, or as the machine has it'],
];

const anywhere: Readonly<Record<string, () => void>> = {
  '?': () => {
    helpIsOpen.value = true;
  },
  t: nextTheme,
  r: () => go({ page: 'runs' }),
  m: () => go({ page: 'memory' }),
};

const inRun: Readonly<Record<string, () => void>> = {
  ',': () => stepBy(-1),
  '.': () => stepBy(1),
  '<': () => stepBy(-100),
  '>': () => stepBy(100),
  p: togglePlay,
  l: backToPresent,
  o: () => go({ actor: 'orchestrator' }),
  Escape: () => {
    if (isPlaying.value) togglePlay();
    else go({ actor: '' });
  },
};

/** Whoever writes means letters. */
function isWriting(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, dialog') !== null;
}

export function listenForKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
    const view = views[Number(event.key) - 1];
    const isRun = route.value.page === 'run';
    const deed = anywhere[event.key] ?? (isRun ? inRun[event.key] : undefined);
    if (isRun && view) go({ view });
    else if (deed) deed();
    else return;
    event.preventDefault();
  });
}

/** Draws actions: everything that XState makes, and named and inline ones of a person. */
import fc from 'fast-check';
import {
  assign,
  cancel,
  emit,
  enqueueActions,
  log,
  raise,
  sendParent,
  sendTo,
  spawnChild,
  stopChild,
} from 'xstate';
import type { Args, Scene } from './draw-scene.ts';

type Draw = (scene: Scene) => unknown;

const twice = ({ context }: Args): number => (context.n * 2) % 1_000;

export function drawActions(scene: Scene, max: number): unknown[] {
  const { g } = scene;
  const count = g(fc.integer, { min: 0, max });
  return Array.from({ length: count }, () => draw(scene));
}

function draw(scene: Scene): unknown {
  // The plain ones come often, so that most routes are compiled.
  const from = scene.g(fc.integer, { min: 0, max: 9 }) < 8 ? plain : special;
  return (from[scene.g(fc.integer, { min: 0, max: from.length - 1 })] as Draw)(scene);
}

const plain: readonly Draw[] = [
  () => assign(({ context }) => ({ n: context.n + 1 })),
  () => assign({ n: ({ context }: Args) => context.n + 2, last: 'constant' } as never),
  // Each field is worked out from the context before, whatever its neighbours become.
  () => assign({ n: twice, last: ({ context }: Args) => context.n } as never),
  () => ({ type: 'add', params: { by: 3 } }),
  () => ({ type: 'add', params: ({ context }: Args) => ({ by: context.n % 5 }) }),
  () => 'set',
  () => ({ type: 'set', params: ({ event }: Args) => event.type }),
  () => 'note',
  () => ({ type: 'note', params: { fixed: true } }),
  () => ({ type: 'note', params: ({ context, event }: Args) => [context.n, event.type] }),
  () => 'never implemented',
  () => function inline() {},
  () => (() => () => {})(),
  () => emit({ type: 'said' } as never),
  () => emit(({ context, event }) => ({ type: 'said', n: context.n, by: event.type }) as never),
  () => ({ type: 'tell', params: ({ context }: Args) => context.n }),
  ({ g, raised }) => raise({ type: g(fc.constantFrom, ...raised) }),
  () => raise(({ context }) => ({ type: 'r.two', v: context.n }) as never),
  () => ({ type: 'nudge', params: { by: 4 } }),
  () => raise({ type: 'e.one' }, { delay: 50 }),
  () => raise({ type: 'e.two' }, { delay: 'short' as never, id: 'timer' }),
  () => raise({ type: 'e.three' }, { delay: 'counted' as never }),
  () =>
    raise({ type: 'e.three' }, { delay: ({ context }: Args) => context.n, id: 'other' } as never),
  () => raise({ type: 'r.one' }, { delay: 'never declared' as never }),
  () => cancel('timer'),
];

const special: readonly Draw[] = [
  () => cancel(() => 'other'),
  () => sendParent({ type: 'up' }),
  () => sendTo(({ self }) => self, { type: 'e.one' }),
  ({ g, children }) => sendTo(g(fc.constantFrom, 'nobody', ...children), { type: 'down' }),
  ({ g, children }) => stopChild(g(fc.constantFrom, 'nobody', ...children)),
  () => spawnChild('work' as never, { id: 'spawned', input: 1 } as never),
  () => log('a word'),
  ({ g }) => (g(fc.integer, { min: 0, max: 4 }) === 0 ? 'broken' : 'note'),
  () => sendParent({ type: 'late' }, { delay: 1 }),
  (scene) => enqueue(scene),
];

function enqueue({ g }: Scene): unknown {
  const limit = g(fc.integer, { min: 0, max: 6 });
  return enqueueActions(({ enqueue: add, check, context }) => {
    add.assign({ n: context.n + 1 });
    if (check((({ context }: Args) => context.n > limit) as never)) add('note' as never);
    if (check('even' as never)) add.raise({ type: 'r.one' });
    add.emit({ type: 'queued', n: context.n } as never);
    add.raise({ type: 'e.four' }, { delay: 5, id: 'queued' } as never);
  });
}

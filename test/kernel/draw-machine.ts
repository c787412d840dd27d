/** Draws random machines: nested states with everything that XState's language has for them. */
import fc, { type GeneratorValue } from 'fast-check';
import { type AnyStateMachine, createMachine } from 'xstate';
import { drawActions } from './draw-actions.ts';
import { drawGuard } from './draw-guards.ts';
import { implementations, type Scene } from './draw-scene.ts';

export interface Taste {
  /** Whether regions may run beside each other, and states remember. */
  readonly parallel: boolean;
  /** Whether wildcards may stand for events. */
  readonly wild: boolean;
}

interface Place {
  readonly id: string;
  readonly key: string;
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  readonly children: readonly Place[];
}

export const eventTypes = ['e.one', 'e.two', 'e.three', 'e.four'];
const raisedTypes = ['r.one', 'r.two'];

type Config = Record<string, unknown>;

export function drawMachine(g: GeneratorValue, taste: Taste): AnyStateMachine {
  const root = drawPlace(g, taste, 'm', 'm', 0);
  const places = everyPlace(root).filter(({ id }) => id !== 'm');
  const ids = places.filter(({ type }) => type !== 'history').map(({ id }) => id);
  const scene: Scene = {
    g,
    stateIds: ids,
    children: places.filter(({ type }) => type !== 'history').map(({ id }) => childOf(id)),
    events: eventTypes,
    raised: raisedTypes,
  };
  const config = {
    ...stateConfig(root, scene, places, taste),
    context: drawContext(g),
    ...(chance(g, 30) ? { output: outputOf } : {}),
  };
  return createMachine(config as never).provide(implementations as never);
}

/** The id that a state gives to what it invokes. */
export function childOf(stateId: string): string {
  return `child-${stateId}`;
}

function drawPlace(g: GeneratorValue, taste: Taste, id: string, key: string, depth: number): Place {
  const type = depth === 0 ? drawRootType(g, taste) : drawType(g, taste, depth);
  if (type === 'atomic' || type === 'final') return { id, key, type, children: [] };
  const count = g(fc.integer, { min: depth === 0 ? 2 : 1, max: 3 });
  const children = Array.from({ length: count }, (_, at) =>
    drawPlace(g, taste, `${id}${at}`, `s${at}`, depth + 1),
  );
  const remembers = taste.parallel && type === 'compound' && chance(g, 40);
  const history: Place = { id: `${id}h`, key: 'h', type: 'history', children: [] };
  return { id, key, type, children: remembers ? [...children, history] : children };
}

function drawRootType(g: GeneratorValue, taste: Taste): Place['type'] {
  if (taste.parallel && chance(g, 30)) return 'parallel';
  return chance(g, 8) ? 'atomic' : 'compound';
}

function drawType(g: GeneratorValue, taste: Taste, depth: number): Place['type'] {
  if (chance(g, 15)) return 'final';
  if (depth >= 3 || chance(g, 50)) return 'atomic';
  return taste.parallel && chance(g, 40) ? 'parallel' : 'compound';
}

function everyPlace(place: Place): Place[] {
  return [place, ...place.children.flatMap(everyPlace)];
}

function stateConfig(place: Place, scene: Scene, places: readonly Place[], taste: Taste): Config {
  const { g } = scene;
  const { id, type, children } = place;
  if (type === 'history') return { id, type, history: chance(g, 50) ? 'deep' : 'shallow' };
  const states = children.map((child) => [child.key, stateConfig(child, scene, places, taste)]);
  const first = children.find((child) => child.type !== 'history');
  const config: Config = {
    id,
    ...(type === 'parallel' || type === 'final' ? { type } : {}),
    ...(states.length > 0 ? { states: Object.fromEntries(states) } : {}),
    ...(type === 'compound' && first ? { initial: drawInitial(scene, first.key) } : {}),
    entry: drawActions(scene, 2),
    exit: drawActions(scene, 1),
    ...(chance(g, 25) ? { tags: [`tag-${id}`] } : {}),
  };
  if (type === 'final') return chance(g, 30) ? { ...config, output: outputOf } : config;
  return { ...config, ...drawMoves(place, scene, places, taste) };
}

function drawInitial({ g, ...scene }: Scene, key: string): unknown {
  return chance(g, 20) ? { target: key, actions: drawActions({ g, ...scene }, 1) } : key;
}

function drawMoves(place: Place, scene: Scene, places: readonly Place[], taste: Taste): Config {
  const { g } = scene;
  const move = (inner = false): unknown => drawMove(place, scene, places, inner);
  const on = Object.fromEntries([
    ...eventTypes.flatMap((type) => (chance(g, 45) ? [[type, drawMany(g, move)]] : [])),
    ...raisedTypes.flatMap((type) => (chance(g, 30) ? [[type, move(true)]] : [])),
    ...eventTypes.flatMap((type) => (chance(g, 4) ? [[type, {}]] : [])),
    ...(taste.wild && chance(g, 15) ? [['*', chance(g, 50) ? {} : move(true)]] : []),
    ...(taste.wild && chance(g, 10) ? [['e.*', chance(g, 50) ? {} : move(true)]] : []),
  ]);
  const final = place.children.some(({ type }) => type === 'final');
  return {
    on,
    ...(chance(g, 15) ? { always: drawMany(g, () => move(true)) } : {}),
    ...(chance(g, 5) ? { always: { guard: drawGuard(scene), actions: drawQuiet(g) } } : {}),
    ...(chance(g, 20) ? { after: { [g(fc.constantFrom, 10, 'short', 'counted')]: move() } } : {}),
    ...(chance(g, 20) ? { invoke: drawInvoke(place, scene, move) } : {}),
    ...(final && chance(g, 60) ? { onDone: move(true) } : {}),
  };
}

function drawInvoke(place: Place, { g }: Scene, move: () => unknown): Config {
  return {
    id: childOf(place.id),
    src: 'work',
    input: g(fc.constantFrom, 7, ({ context }: { context: { n: number } }) => context.n),
    ...(chance(g, 70) ? { onDone: move() } : {}),
    ...(chance(g, 50) ? { onError: move() } : {}),
  };
}

/** Changes nothing, so that it may be taken again and again. */
function drawQuiet(g: GeneratorValue): unknown {
  return g(fc.constantFrom, 'note', { type: 'tell', params: 'quietly' }, 'never implemented');
}

function drawMany(g: GeneratorValue, move: () => unknown): unknown {
  if (chance(g, 70)) return move();
  return Array.from({ length: g(fc.integer, { min: 1, max: 3 }) }, move);
}

/** `inner` moves follow from moves, so they burn fuel: nothing goes on for ever. */
function drawMove(place: Place, scene: Scene, places: readonly Place[], inner: boolean): unknown {
  const { g } = scene;
  const target = drawTarget(g, place, places);
  if (!inner && target !== undefined && chance(g, 15)) return target;
  const guard = drawGuard(scene);
  return {
    ...(target === undefined ? {} : { target }),
    ...(inner
      ? { guard: guard === undefined ? 'fuelled' : { type: 'fuelledAnd', params: { guard } } }
      : guard === undefined
        ? {}
        : { guard }),
    ...(chance(g, 20) ? { reenter: true } : {}),
    actions: [...(inner ? ['burn'] : []), ...drawActions(scene, 2)],
  };
}

function drawTarget(g: GeneratorValue, place: Place, places: readonly Place[]): string | undefined {
  if (chance(g, 20)) return undefined;
  const [child] = place.children;
  if (child && chance(g, 25)) return `.${child.key}`;
  if (places.length === 0) return undefined;
  if (chance(g, 3)) return '#m';
  return `#${g(fc.constantFrom, ...places.map(({ id }) => id))}`;
}

function drawContext(g: GeneratorValue): unknown {
  const given = { n: 0, fuel: 12, last: null };
  return chance(g, 50) ? given : ({ input }: { input: number }) => ({ ...given, n: input });
}

const outputOf = ({ context, event }: { context: { n: number }; event: { type: string } }) => ({
  n: context.n,
  by: event.type,
});

export function chance(g: GeneratorValue, percent: number): boolean {
  return g(fc.integer, { min: 1, max: 100 }) > 100 - percent;
}

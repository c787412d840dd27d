/**
 * Reads tasks by a shape of only the words that they say: most say four of thirty, and each word
 * of a shape costs as much when it is left out as when it is there.
 *
 * Invariant: what comes out is what the whole shape makes of it, mistakes included.
 */
import { taskShape } from './schema.ts';

type Shape = Pick<typeof taskShape, 'safeParse'>;
type Read = ReturnType<Shape['safeParse']>;

/** Of fewer tasks than this none costs what making a shape does. */
const manyTasks = 100;
/** Tasks of one plan mostly say the same words. */
const shapesMax = 4;

type Word = keyof typeof taskShape.shape;
const words = Object.keys(taskShape.shape) as Word[];

export function taskReader(count: number): (given: unknown) => Read {
  if (count < manyTasks) return (given) => taskShape.safeParse(given);
  const shapes = new Map<string, Shape>();
  return (given) => {
    const said = typeof given === 'object' && given !== null ? Object.keys(given) : [];
    const key = said.join();
    const known = shapes.get(key);
    const shape = known ?? (shapes.size < shapesMax ? shapeOf(said) : taskShape);
    if (!known && shape !== taskShape) shapes.set(key, shape);
    const read = shape.safeParse(given);
    // Only the whole shape knows what else could have been said.
    return read.success ? read : taskShape.safeParse(given);
  };
}

/** Of the words that are left out, those that are demanded or have a default count all the same. */
function shapeOf(said: readonly string[]): Shape {
  if (!said.every((word) => Object.hasOwn(taskShape.shape, word))) return taskShape;
  const kept = words.filter((word) => said.includes(word) || !mayBeLeftOut(word));
  return taskShape.pick(Object.fromEntries(kept.map((word) => [word, true])) as Mask);
}

type Mask = { readonly [Each in Word]: true };

const mayBeLeftOut = (word: Word): boolean => taskShape.shape[word].type === 'optional';

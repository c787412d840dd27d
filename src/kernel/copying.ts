/**
 * Copies contexts: those of one machine have the same few shapes, again and again.
 *
 * A spread can't know the shape beforehand, and looks every key up: it takes ten times as long as
 * naming the keys, and leaves twice the memory. So they are named, in a function made once a shape.
 *
 * Owns: the shapes seen so far.
 * Invariant: a copy is what a spread gives. (Keys that are symbols, which no journal keeps, are
 * looked for once a shape.)
 */
type Copy = (from: object) => object;

interface Shape {
  readonly keys: readonly string[];
  readonly copy: Copy;
}

/** A context of more shapes than that has ever new keys, and none of them pays. */
const shapesMax = 8;

export class Copier {
  readonly #shapes: Shape[] = [];

  copy(context: object): object {
    for (const { keys, copy } of this.#shapes) if (hasJust(context, keys)) return copy(context);
    const keys = Object.keys(context);
    if (this.#shapes.length >= shapesMax || !isPlain(context, keys)) return { ...context };
    const shape = { keys, copy: copyOf(keys) };
    this.#shapes.push(shape);
    return shape.copy(context);
  }
}

/** In the same order. Without a list of its keys, which would have to be made. */
function hasJust(context: object, keys: readonly string[]): boolean {
  let at = 0;
  for (const key in context) {
    if (key !== keys[at]) return false;
    at += 1;
  }
  return at === keys.length;
}

/** Written out, `__proto__` would be no key; and what else an object may have, a spread knows. */
function isPlain(context: object, keys: readonly string[]): boolean {
  return Reflect.ownKeys(context).length === keys.length && !keys.includes('__proto__');
}

function copyOf(keys: readonly string[]): Copy {
  // As JSON, a key can be nothing else.
  const fields = keys.map((key) => JSON.stringify(key)).map((key) => `${key}: given[${key}]`);
  try {
    return new Function('given', `return { ${fields.join(', ')} };`) as Copy;
  } catch {
    // Node was told to make no code of text.
    return (from) => ({ ...from });
  }
}

/** The plans that are measured: each a list of `{ id, needs }`, the same for everyone. */

const layerWidth = 100;

/** Repeatable: SplitMix32. */
function random(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) % below;
  };
}

const id = (at) => `t${at}`;
const list = (size, needsOf) =>
  Array.from({ length: size }, (_, at) => ({ id: id(at), needs: needsOf(at) }));

export const shapes = {
  /** Each needs the one before. */
  chain: (size) => list(size, (at) => (at === 0 ? [] : [id(at - 1)])),
  /** One opens, all others but the last follow, the last needs them all. */
  fan: (size) =>
    list(size, (at) => {
      if (at === 0) return [];
      if (at < size - 1) return [id(0)];
      return Array.from({ length: size - 2 }, (_, below) => id(below + 1));
    }),
  /** Layers of 100; each task needs two different ones of the layer before. */
  layered: (size) => {
    const draw = random(1);
    return list(size, (at) => {
      const layer = Math.floor(at / layerWidth);
      if (layer === 0) return [];
      const start = (layer - 1) * layerWidth;
      const one = draw(layerWidth);
      const other = (one + 1 + draw(layerWidth - 1)) % layerWidth;
      return [id(start + one), id(start + other)];
    });
  },
};

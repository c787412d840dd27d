/** Finds the name that was probably meant, and says so. */

/** One slip for three letters; more than three make another word, and so does one in two. */
const slipsAllowed = (name: string): number => Math.min(3, Math.floor(name.length / 3));
/** A list longer than this helps nobody. */
const listedMax = 10;

/** The known name with the fewest slips from the given one, or null when none is near. */
export function nearest(given: string, known: Iterable<string>): string | null {
  const wanted = given.toLowerCase();
  let best: string | null = null;
  let bestSlips = slipsAllowed(given) + 1;
  for (const name of known) {
    if (Math.abs(name.length - given.length) >= bestSlips) continue;
    const slips = slipsBetween(wanted, name.toLowerCase());
    if (slips < bestSlips) {
      best = name;
      bestSlips = slips;
    }
  }
  return best;
}

/** What to do about an unknown name: the nearest one, else the whole list when it is short. */
export function suggest(given: string, known: readonly string[]): string {
  const near = nearest(given, known);
  if (near !== null) return `did you mean ${JSON.stringify(near)}?`;
  if (known.length === 0) return '';
  const listed = known.slice(0, listedMax).join(', ');
  const rest = known.length - listedMax;
  return `known: ${listed}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/**
 * Letters to add, drop, change or swap with the next one (optimal string alignment).
 * Only called for words of nearly equal length.
 */
function slipsBetween(left: string, right: string): number {
  let before: number[] = [];
  let above = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1] ? 0 : 1;
      const swapped =
        left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]
          ? (before[column - 2] ?? Number.POSITIVE_INFINITY) + 1
          : Number.POSITIVE_INFINITY;
      const added = (current[column - 1] ?? 0) + 1;
      const dropped = (above[column] ?? 0) + 1;
      current.push(Math.min(added, dropped, (above[column - 1] ?? 0) + same, swapped));
    }
    before = above;
    above = current;
  }
  return above[right.length] ?? 0;
}

/** What changed between two texts, line by line. */

export interface LineChange {
  readonly kind: 'same' | 'added' | 'removed';
  readonly line: string;
}

/** More than these are not compared one by one: all of the old goes, all of the new comes. */
const cellsMax = 4_000_000;

export function diffLines(before: string, after: string): readonly LineChange[] {
  const [old, fresh] = [before.split('\n'), after.split('\n')];
  const isLarge = old.length * fresh.length > cellsMax;
  const kept = isLarge ? [] : commonLines(old, fresh);
  const changes: LineChange[] = [];
  let [from, to] = [0, 0];
  for (const [one, other] of [...kept, [old.length, fresh.length] as const]) {
    for (const line of old.slice(from, one)) changes.push({ kind: 'removed', line });
    for (const line of fresh.slice(to, other)) changes.push({ kind: 'added', line });
    if (one < old.length) changes.push({ kind: 'same', line: old[one] as string });
    [from, to] = [one + 1, other + 1];
  }
  return changes;
}

/** The longest list of lines that both have in the same order, by their places. */
function commonLines(old: readonly string[], fresh: readonly string[]) {
  const width = fresh.length + 1;
  const longest = new Uint32Array((old.length + 1) * width);
  for (let one = old.length - 1; one >= 0; one -= 1) {
    for (let other = fresh.length - 1; other >= 0; other -= 1) {
      const [below, right] = [longest[(one + 1) * width + other], longest[one * width + other + 1]];
      longest[one * width + other] =
        old[one] === fresh[other]
          ? 1 + (longest[(one + 1) * width + other + 1] as number)
          : Math.max(below as number, right as number);
    }
  }
  const kept: (readonly [number, number])[] = [];
  for (let one = 0, other = 0; one < old.length && other < fresh.length; ) {
    const down = longest[(one + 1) * width + other] as number;
    if (old[one] === fresh[other]) kept.push([one++, other++]);
    else if (down >= (longest[one * width + other + 1] as number)) one += 1;
    else other += 1;
  }
  return kept;
}

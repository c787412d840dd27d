/** Finds the blocks of lines that recur in a set of texts, in memory bounded by a line count. */

/** Shorter blocks recur by the grammar of a language; from here on somebody copied. */
const blockLines = 8;
/** Keeps the memory under some 200 MB; what comes after is left out, and the answer says so. */
const linesMax = 1_000_000;

/** Two 32-bit hashes of a line (FNV-1a and a polynomial), indentation aside. */
function hashLine(line) {
  let a = 0x811c9dc5;
  let b = 7;
  for (let at = 0; at < line.length; at += 1) {
    const sign = line.charCodeAt(at);
    a = Math.imul(a ^ sign, 0x01000193);
    b = (Math.imul(b, 31) + sign) | 0;
  }
  return [a, b];
}

/**
 * Blank lines are left out, so that spacing hides no copy, and so are lines equal to the one
 * before: rows of a table are not copied from elsewhere. The true line numbers are kept.
 */
function hashesOf(text) {
  const hashes = { number: [], a: [], b: [] };
  let number = 0;
  let before = '';
  for (const line of text.split('\n')) {
    number += 1;
    const trimmed = line.trim();
    if (trimmed === '' || trimmed === before) continue;
    before = trimmed;
    const [a, b] = hashLine(trimmed);
    hashes.number.push(number);
    hashes.a.push(a);
    hashes.b.push(b);
  }
  return hashes;
}

/** One number of 53 bits for the block that begins here: millions of them without a clash. */
function blockHash(hashes, from) {
  let a = 1;
  let b = 1;
  for (let at = from; at < from + blockLines; at += 1) {
    a = Math.imul(a ^ hashes.a[at], 0x01000193);
    b = Math.imul(b ^ hashes.b[at], 0x85ebca6b);
  }
  return (a >>> 0) * 0x200000 + (b >>> 11);
}

/** The numbers that occur more than once; sorting a typed array needs no table of all. */
function repeated(blocks) {
  const sorted = Float64Array.from(blocks).sort();
  const found = new Set();
  for (let at = 1; at < sorted.length; at += 1) {
    if (sorted[at] === sorted[at - 1]) found.add(sorted[at]);
  }
  return found;
}

/** The place of every block, in arrays side by side: an object each would cost ten times more. */
function blocksOf(named) {
  const all = { hash: [], line: [], file: [], paths: [], lines: 0, complete: true };
  for (const [path, text] of named) {
    const hashes = hashesOf(text);
    const { length } = hashes.number;
    if (all.lines + length > linesMax) {
      all.complete = false;
      break;
    }
    all.lines += length;
    all.paths.push(path);
    for (let from = 0; from + blockLines <= length; from += 1) {
      all.hash.push(blockHash(hashes, from));
      all.line.push(hashes.number[from]);
      all.file.push(all.paths.length - 1);
    }
  }
  return all;
}

/** How many lines lie in blocks that occur again, and the later copies with their first places. */
export function recurringBlocks(named) {
  const all = blocksOf(named);
  const again = repeated(all.hash);
  const { lines, complete } = all;
  return { lines, complete, recurring: covered(all, again), copies: copiesOf(all, again) };
}

/** Blocks overlap, so each adds only the lines beyond the end of the one before. */
function covered({ hash, file }, again) {
  let sum = 0;
  let end = 0;
  for (let at = 0; at < hash.length; at += 1) {
    if (!again.has(hash[at])) continue;
    const overlaps = at < end && file[at] === file[at - 1];
    sum += overlaps ? at + blockLines - end : blockLines;
    end = at + blockLines;
  }
  return sum;
}

/** Blocks that follow each other here and at their first places are one copy. */
function copiesOf({ hash, line, file, paths }, again) {
  const firstAt = new Map();
  const copies = [];
  let open = null;
  for (let at = 0; at < hash.length; at += 1) {
    const first = firstAt.get(hash[at]);
    if (first === undefined) {
      if (again.has(hash[at])) firstAt.set(hash[at], at);
      open = null;
    } else if (open && first === open.next && file[at] === open.file) {
      open.copy.lines += 1;
      open.next += 1;
    } else {
      open = { copy: { lines: blockLines, at, first }, next: first + 1, file: file[at] };
      // A block that overlaps its own first place is a pattern of the text, not a copy.
      if (file[at] !== file[first] || at - first >= blockLines) copies.push(open.copy);
    }
  }
  const place = (index) => ({ path: paths[file[index]], line: line[index] });
  return copies.map((copy) => ({ ...copy, at: place(copy.at), first: place(copy.first) }));
}

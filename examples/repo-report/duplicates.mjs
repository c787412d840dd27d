/** Finds files that are the same byte for byte, and blocks of source lines that recur. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recurringBlocks } from './blocks.mjs';
import { isGenerated, isSource } from './kinds.mjs';
import { bytesMax, fromArguments, print, texts, top } from './repository.mjs';

const groupsShown = 12;
const pathsAGroup = 4;
const copiesShown = 12;
/** Smaller files are markers such as `__init__.py`, and alike by design. */
const bytesMin = 32;

function groupBy(list, keyOf) {
  const groups = new Map();
  for (const item of list) {
    const key = keyOf(item);
    if (groups.has(key)) groups.get(key).push(item);
    else groups.set(key, [item]);
  }
  groups.delete(null);
  return [...groups.values()].filter((group) => group.length > 1);
}

/** Null, which no group is made of, when the file can't be read. */
function hashOf(repo, file) {
  try {
    return createHash('sha256')
      .update(readFileSync(join(repo, file.path)))
      .digest('hex');
  } catch {
    return null;
  }
}

/** Only files of one size can be the same, so few are ever read. */
function identical(repo, files) {
  const candidates = files.filter(({ bytes }) => bytes >= bytesMin && bytes <= bytesMax);
  return groupBy(candidates, (file) => file.bytes).flatMap((group) =>
    groupBy(group, (file) => hashOf(repo, file)),
  );
}

/** Whole copies are told as files; counted again as lines they would drown the rest. */
function* distinctSources(repo, files, groups) {
  const copies = new Set(groups.flatMap((group) => group.slice(1).map((file) => file.path)));
  const sources = files.filter(({ path }) => isSource(path) && !copies.has(path));
  for (const [{ path }, text] of texts(repo, sources)) yield [path, text];
}

/** The longest copy for each pair of files: one line of the report is enough to go and look. */
function onePerPair(copies) {
  const pairs = new Map();
  for (const copy of top(copies, copies.length, ({ lines }) => lines)) {
    const key = JSON.stringify([copy.at.path, copy.first.path]);
    if (!pairs.has(key)) pairs.set(key, copy);
  }
  return [...pairs.values()].slice(0, copiesShown);
}

const { repo, files } = fromArguments();
const written = files.filter((file) => !isGenerated(file.path));
const groups = identical(repo, written);
const wasted = (group) => group[0].bytes * (group.length - 1);
const { lines, recurring, complete, copies } = recurringBlocks(
  distinctSources(repo, written, groups),
);

print({
  groups: groups.length,
  wastedBytes: groups.reduce((sum, group) => sum + wasted(group), 0),
  identical: top(groups, groupsShown, wasted).map((group) => ({
    files: group.length,
    bytes: group[0].bytes,
    paths: group.slice(0, pathsAGroup).map((file) => file.path),
  })),
  lines,
  recurringLines: recurring,
  share: lines === 0 ? 0 : Number((recurring / lines).toFixed(4)),
  complete,
  blocks: onePerPair(copies),
});

/** Collects the notes people left for later: TODO, FIXME, HACK and XXX, with file and line. */
import { isGenerated } from './kinds.mjs';
import { fromArguments, print, texts } from './repository.mjs';
import { redact } from './secret-patterns.mjs';

const notesShown = 40;
const notesShownAFile = 5;
const sameShown = 2;
const noteLengthMax = 120;
/** Longer lines are minified or data: a note in one is of no use to a reader. */
const lineLengthMax = 2_000;

const marker = /(?<![\w-])(TODO|FIXME|HACK|XXX)(?![\w-])/g;
/** A note begins its comment, line or item of a list; elsewhere the word is only talked about. */
const beginsNote = /(?:^\s*[*;%>-]?|\/\/|\/\*|<!--|--\s|#)[\s*/!#-]*(?:\[[ x]?\]\s*)?$/;
/** The gravest first: a known fault is worth more of the list than a wish. */
const kinds = ['FIXME', 'XXX', 'HACK', 'TODO'];

function* notesIn(path, text) {
  // Most files have none, and one search is cheaper than cutting a file into lines.
  if (text.search(marker) === -1) return;
  let number = 0;
  for (const line of text.split('\n')) {
    number += 1;
    if (line.length > lineLengthMax) continue;
    const matches = [...line.matchAll(marker)];
    const match = matches.find(({ index }) => beginsNote.test(line.slice(0, index)));
    if (!match) continue;
    const note = redact(line.slice(match.index))
      .replace(/\s*(?:\*\/|-->)\s*$/, '')
      .trim();
    yield { kind: match[1], path, line: number, note: note.slice(0, noteLengthMax) };
  }
}

const { repo, files } = fromArguments();
const counts = Object.fromEntries(kinds.map((kind) => [kind, 0]));
const shown = Object.fromEntries(kinds.map((kind) => [kind, []]));
const said = new Map();

/** Neither one file full of notes nor one note in every file may hide all others. */
function isWorthShowing({ kind, note }, ofFile) {
  const same = (said.get(note) ?? 0) + 1;
  const hasRoom = shown[kind].length < notesShown;
  if (ofFile > notesShownAFile || same > sameShown || !hasRoom) return false;
  said.set(note, same);
  return true;
}

const written = files.filter((file) => !isGenerated(file.path));
for (const [{ path }, text] of texts(repo, written)) {
  let ofFile = 0;
  for (const note of notesIn(path, text)) {
    counts[note.kind] += 1;
    ofFile += 1;
    if (isWorthShowing(note, ofFile)) shown[note.kind].push(note);
  }
}

print({
  total: kinds.reduce((sum, kind) => sum + counts[kind], 0),
  counts,
  notes: kinds.flatMap((kind) => shown[kind]).slice(0, notesShown),
});

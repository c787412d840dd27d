/** Finds the largest files, the longest sources and how sizes are spread. */
import { isSource } from './kinds.mjs';
import { fromArguments, lineCount, print, texts, top } from './repository.mjs';

const filesShown = 12;
/** Upper ends, each ten times the one before: sizes of files spread over orders of magnitude. */
const steps = [
  { upTo: 'empty', bytes: 0 },
  { upTo: '1 kB', bytes: 1_000 },
  { upTo: '10 kB', bytes: 10_000 },
  { upTo: '100 kB', bytes: 100_000 },
  { upTo: '1 MB', bytes: 1_000_000 },
  { upTo: 'larger', bytes: Number.POSITIVE_INFINITY },
];

function spread(files) {
  const rows = steps.map(({ upTo }) => ({ upTo, files: 0, bytes: 0 }));
  for (const file of files) {
    const row = rows[steps.findIndex((step) => file.bytes <= step.bytes)];
    row.files += 1;
    row.bytes += file.bytes;
  }
  return rows;
}

/** The middle file, not the mean: one video would make every file look huge. */
function medianBytes(files) {
  const sizes = Float64Array.from(files, (file) => file.bytes).sort();
  return sizes[sizes.length >> 1] ?? 0;
}

function* sourceLengths(repo, files) {
  const sources = files.filter((file) => isSource(file.path));
  for (const [{ path }, text] of texts(repo, sources)) yield { path, lines: lineCount(text) };
}

const { repo, files } = fromArguments();
print({
  files: files.length,
  bytes: files.reduce((sum, file) => sum + file.bytes, 0),
  medianBytes: medianBytes(files),
  spread: spread(files),
  largest: top(files, filesShown, (file) => file.bytes),
  longest: top(sourceLengths(repo, files), filesShown, (source) => source.lines),
});

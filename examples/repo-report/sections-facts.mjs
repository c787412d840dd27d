/** The sections that only tell how things are: history, languages, sizes and duplicates. */
import {
  bytes,
  code,
  codes,
  number,
  percent,
  place,
  plain,
  some,
  table,
  tableOr,
} from './markdown.mjs';

const bar = (count, most) => '█'.repeat(most === 0 ? 0 : Math.ceil((count / most) * 20));

function tagLine({ lastTag }) {
  if (!lastTag) return 'No tags.';
  const since =
    lastTag.commitsSince === null ? '' : `, ${some(lastTag.commitsSince, 'commit')} ago`;
  return `Last tag: ${code(lastTag.name)} of ${plain(lastTag.date)}${since}.`;
}

export function history(answer) {
  if (!answer.git) return ['Not a git repository, or git is not installed.'];
  if (answer.commits === 0) return ['No commits yet.'];
  const { commits, authorCount, shallow, months, authors, mostChanged, last } = answer;
  const most = Math.max(...months.map((month) => month.commits));
  const activity = months.map(({ month, commits: count }) => [
    month,
    number(count),
    bar(count, most),
  ]);
  const people = authors.map((author) => [plain(author.name), number(author.commits)]);
  const changed = mostChanged.map((file) => [code(file.path), number(file.changes)]);
  const made = `${some(commits, 'commit')} by ${some(authorCount, 'author')}`;
  return [
    `${made}, the last on ${plain(last.slice(0, 10))}. ${tagLine(answer)}`,
    shallow ? 'This is a shallow clone: the numbers are lower bounds.' : '',
    table(['Month', 'Commits:', ''], activity),
    table(['Author', 'Commits:'], people),
    tableOr(
      'No file changed more than once of late.',
      ['Most changed in the last 500 commits', 'Times:'],
      changed,
    ),
  ];
}

export function languages({ languages: rows, skipped }) {
  const cells = rows.map((row) => [
    plain(row.name),
    number(row.files),
    number(row.lines),
    bytes(row.bytes),
  ]);
  const { binary, large, generated, unreadable } = skipped;
  const left = `${binary} binary, ${large} over 2 MB, ${generated} made by a program`;
  return [
    tableOr('No text files.', ['Language', 'Files:', 'Lines:', 'Size:'], cells),
    `Not counted: ${left}, ${unreadable} unreadable.`,
  ];
}

export function sizes({ spread, medianBytes, largest, longest }) {
  const steps = spread.map((row) => [row.upTo, number(row.files), bytes(row.bytes)]);
  const heavy = largest.map((file) => [code(file.path), bytes(file.bytes)]);
  const long = longest.map((file) => [code(file.path), number(file.lines)]);
  return [
    `Half of the files have ${bytes(medianBytes)} or less.`,
    table(['Up to', 'Files:', 'Together:'], steps),
    tableOr('No files.', ['Largest file', 'Size:'], heavy),
    tableOr('No sources.', ['Longest source', 'Lines:'], long),
  ];
}

export function duplicates({ share, lines, complete, groups, wastedBytes, blocks, identical }) {
  const part = complete ? '' : ' (the first million)';
  const recur = `${percent(share)} of ${some(lines, 'source line')}${part} recur`;
  const copies = `${some(groups, 'group')} of identical files with ${bytes(wastedBytes)} to spare`;
  const cells = blocks.map(({ lines: length, at, first }) => [
    number(length),
    place(at.path, at.line),
    place(first.path, first.line),
  ]);
  const same = identical.map((row) => [number(row.files), bytes(row.bytes), codes(row.paths)]);
  return [
    `${recur} in blocks of eight or more; ${copies}.`,
    tableOr('No block recurs.', ['Lines:', 'Here', 'And first'], cells),
    tableOr('No two files are the same.', ['Same:', 'Size:', 'Files'], same),
  ];
}

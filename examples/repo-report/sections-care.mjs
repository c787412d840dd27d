/** The sections on what needs care: secrets, tests, dependencies, documents and notes. */
import { bytes, code, codes, number, place, plain, some, table, tableOr } from './markdown.mjs';

export function secrets({ total, secrets: rows, files }) {
  const sure = (secret) => (secret.sample ? 'sample or test' : secret.sure ? 'likely' : 'possible');
  const cells = rows.map((row) => [
    place(row.path, row.line),
    plain(row.kind),
    code(row.masked),
    sure(row),
  ]);
  const named = files.map((file) => [code(file.path), plain(file.kind)]);
  return [
    ...(total > rows.length ? [`The first ${rows.length} of ${number(total)}.`] : []),
    tableOr('No likely secret was found.', ['Where', 'Kind', 'Masked', 'How sure'], cells),
    tableOr('No file is named like a secret.', ['File', 'Kind'], named),
  ];
}

export function tests(answer) {
  const { testFiles, testLines, sourceFiles, sourceLines, ratio } = answer;
  const ofTests = `${some(testFiles, 'test file')} with ${some(testLines, 'line')}`;
  const ofSources = `${some(sourceFiles, 'source file')} with ${some(sourceLines, 'line')}`;
  const both = ratio === null ? '' : `: ${ratio} lines of test to one of source`;
  const cells = answer.folders.map((row) => [
    code(row.folder),
    number(row.files),
    number(row.lines),
  ]);
  return [
    `${ofTests} for ${ofSources}${both}.`,
    `Runners: ${codes(answer.runners)}. Automation: ${codes(answer.automation)}.`,
    tableOr(
      'Every folder with sources has tests.',
      [`Folder without tests (${answer.foldersWithout})`, 'Files:', 'Lines:'],
      cells,
    ),
  ];
}

function lockOf({ unreadable, lock, lockable }) {
  if (unreadable) return 'not readable';
  if (lock) return code(lock);
  return lockable ? '**none**' : '–';
}

export function dependencies({ direct, rows, loose, licences }) {
  if (rows.length === 0) return ['No manifest was found.'];
  const columns = ['Manifest', 'Runtime:', 'Development:', 'Pinned:', 'Ranged:', 'Any:', 'Lock'];
  const cells = rows.map((row) => [
    code(row.path),
    ...[row.runtime, row.development, row.pinned, row.ranged, row.loose].map(number),
    lockOf(row),
  ]);
  const open = loose.map((need) => [code(need.name), code(need.version), code(need.path)]);
  const terms = licences.map((row) => [
    plain(row.licence),
    number(row.packages),
    codes(row.examples),
  ]);
  return [
    `${some(direct, 'direct dependency', 'direct dependencies')}.`,
    table(columns, cells),
    tableOr('Every version has a bound.', ['Unbounded', 'Version', 'In'], open),
    tableOr(
      'No licences were read: no npm packages are installed here.',
      ['Licence', 'Packages:', 'Such as'],
      terms,
    ),
  ];
}

export function docs({ documents, pages, linksChecked, linksBroken, broken }) {
  const cells = documents.map(({ name, path, bytes: size }) =>
    path ? [name, code(path), bytes(size)] : [name, 'missing', ''],
  );
  const links = `${some(linksChecked, 'relative link')}, ${number(linksBroken)} broken`;
  const rows = broken.map((row) => [place(row.path, row.line), code(row.link)]);
  return [
    table(['Document', 'File', 'Size:'], cells),
    `${some(pages, 'Markdown page')} with ${links}.`,
    tableOr('', ['Where', 'Broken link'], rows),
  ];
}

export function todos({ total, counts, notes }) {
  const kinds = Object.entries(counts).map(([kind, count]) => `${number(count)} ${kind}`);
  const rows = notes.map((note) => [place(note.path, note.line), code(note.note)]);
  return [
    `${some(total, 'note')}: ${kinds.join(', ')}.`,
    tableOr('Nothing was left for later.', ['Where', 'Note'], rows),
  ];
}

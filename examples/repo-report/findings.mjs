/** Turns the answers of all tasks into findings, the most urgent first. */
import { bytes, code, number, percent, place, some } from './markdown.mjs';

/**
 * Each looks at the answers and says one sentence with its weight, or nothing. 90 and more: today,
 * it can do harm. 60: before the next release. 30: worth an hour some day.
 */
const rules = [
  function leakedSecrets({ secrets }) {
    if (!secrets?.likely) return null;
    const { path, line, kind } = secrets.secrets[0];
    const count = some(secrets.likely, 'likely secret lies', 'likely secrets lie');
    return [100, `${count} in the files, first of all: ${kind} at ${place(path, line)}; revoke it`];
  },
  function possibleSecrets({ secrets }) {
    const first = secrets?.secrets.find((secret) => !secret.sure && !secret.sample);
    if (!first) return null;
    return [54, `${place(first.path, first.line)} may hold a secret (${first.kind}); have a look`];
  },
  function tellingFiles({ secrets }) {
    const first = secrets?.files[0];
    if (!first) return null;
    return [
      75,
      `${code(first.path)} (${first.kind}) is not ignored; keep it out of the repository`,
    ];
  },
  function noTests({ tests }) {
    if (!tests || tests.testFiles > 0 || tests.sourceLines < 100) return null;
    return [85, `${some(tests.sourceLines, 'line')} of source have no test at all`];
  },
  function fewTests({ tests }) {
    if (!tests?.testFiles || tests.ratio >= 0.25) return null;
    const few = some(tests.testLines, 'line of test stands', 'lines of test stand');
    return [50, `only ${few} against ${some(tests.sourceLines, 'line')} of source`];
  },
  function untestedFolder({ tests }) {
    const [first] = tests?.folders ?? [];
    if (!tests?.testFiles || !first || first.lines < 100) return null;
    const rest = tests.foldersWithout > 1 ? `, as in ${tests.foldersWithout - 1} more` : '';
    return [55, `no test covers ${code(first.folder)} (${some(first.lines, 'line')})${rest}`];
  },
  function noAutomation({ tests }) {
    if (!tests?.sourceLines || tests.automation.length > 0) return null;
    return [45, 'nothing runs the checks on every change: no CI configuration was found'];
  },
  function noLock({ dependencies }) {
    const open = dependencies?.rows.filter(
      (row) => row.lockable && !row.lock && row.runtime + row.development > row.pinned,
    );
    if (!open?.length) return null;
    const more = open.length > 1 ? ` and ${open.length - 1} more` : '';
    return [70, `${code(open[0].path)}${more} has no lock file, so two installs can differ`];
  },
  function looseNeeds({ dependencies }) {
    const [first] = dependencies?.loose ?? [];
    if (!first) return null;
    return [65, `${code(first.path)} takes any version of ${code(first.name)}; give it a bound`];
  },
  function copyleft({ dependencies }) {
    const strict = dependencies?.licences.find(({ licence }) => /^\(?(?:A?GPL|SSPL)/.test(licence));
    if (!strict) return null;
    return [60, `${code(strict.examples[0])} is under ${code(strict.licence)}; is that intended?`];
  },
  function knownFaults({ todos }) {
    const first = todos?.notes.find(({ kind }) => kind !== 'TODO');
    if (!first) return null;
    const { FIXME, XXX, HACK } = todos.counts;
    const count = some(FIXME + XXX + HACK, 'note admits', 'notes admit');
    return [40, `${count} a fault (FIXME, XXX, HACK), such as ${place(first.path, first.line)}`];
  },
  function hotSpot({ history, sizes }) {
    const lengths = new Map(sizes?.longest.map(({ path, lines }) => [path, lines]));
    const hot = history?.mostChanged?.find(({ path, changes }) => {
      return changes >= 10 && (lengths.get(path) ?? 0) >= 500;
    });
    if (!hot) return null;
    const lines = number(lengths.get(hot.path));
    return [
      58,
      `${code(hot.path)} is ${lines} lines long and changed ${hot.changes} times of late`,
    ];
  },
  function longSource({ sizes }) {
    const [first] = sizes?.longest ?? [];
    if (!first || first.lines < 1_000) return null;
    return [
      42,
      `${code(first.path)} is ${number(first.lines)} lines long; it may want to be several`,
    ];
  },
  function heavyFile({ sizes }) {
    const [first] = sizes?.largest ?? [];
    if (!first || first.bytes < 5_000_000) return null;
    return [44, `${code(first.path)} weighs ${bytes(first.bytes)} in every clone`];
  },
  function copiedBlocks({ duplicates }) {
    const [first] = duplicates?.blocks ?? [];
    if (!first || duplicates.share < 0.03) return null;
    const [copy, origin] = [first.at, first.first].map(({ path, line }) => place(path, line));
    const share = percent(duplicates.share);
    return [38, `${share} of the source lines recur in blocks: ${copy} repeats ${origin}`];
  },
  function copiedFiles({ duplicates }) {
    if (!duplicates?.groups || duplicates.wastedBytes < 20_000) return null;
    const wasted = bytes(duplicates.wastedBytes);
    const [path] = duplicates.identical[0].paths;
    return [32, `copies of whole files take ${wasted}, most of it copies of ${code(path)}`];
  },
  function missingDocuments({ docs, inventory }) {
    const absent = docs?.documents.filter(({ name, path }) => {
      return !path && (name === 'README' || name === 'LICENSE');
    });
    if (!absent?.length || !inventory?.files) return null;
    return [52, `there is no ${absent.map(({ name }) => name).join(' and no ')} at the root`];
  },
  function brokenLinks({ docs }) {
    if (!docs?.linksBroken) return null;
    const { path, line } = docs.broken[0];
    const count = some(docs.linksBroken, 'link leads', 'links lead');
    return [48, `${count} nowhere, such as the one at ${place(path, line)}`];
  },
  function oneAuthor({ history }) {
    const [first] = history?.authors ?? [];
    if (!first || history.commits < 100 || first.commits / history.commits < 0.8) return null;
    return [28, `one person wrote ${percent(first.commits / history.commits)} of the commits`];
  },
  function asleep({ history }) {
    if (!history?.months || history.months.some(({ commits }) => commits > 0)) return null;
    return [30, `the last commit is of ${history.last.slice(0, 10)}: is it still looked after?`];
  },
  function notRead({ inventory, languages }) {
    const count = (inventory?.unreadable ?? 0) + (languages?.skipped.unreadable ?? 0);
    if (count === 0) return null;
    return [26, `${some(count, 'file or folder', 'files or folders')} could not be read`];
  },
];

/** Sentences in Markdown without their full stop, the heaviest first. */
export function findingsIn(answers) {
  return rules
    .map((rule) => rule(answers))
    .filter((finding) => finding !== null)
    .sort(([a], [b]) => b - a)
    .map(([, sentence]) => sentence);
}

/** Sets tests against sources: how much there is of each, and which folders have none. */
import { posix } from 'node:path';
import { isSource, isTest } from './kinds.mjs';
import { fromArguments, lineCount, print, read, texts, top } from './repository.mjs';

const foldersShown = 15;
const manifestsRead = 100;

/** A runner shows itself in what a project declares, or in a file that only it reads. */
const declared = [
  ['vitest', /"vitest"\s*:/],
  ['jest', /"jest"\s*:/],
  ['mocha', /"mocha"\s*:/],
  ['ava', /"ava"\s*:/],
  ['node --test', /node (?:[^"]{0,200} )?--test\b/],
  ['playwright', /"@playwright\/test"\s*:/],
  ['cypress', /"cypress"\s*:/],
  ['pytest', /^\s*["']?pytest\b|\[tool\.pytest/m],
  ['JUnit', /junit/i],
  ['RSpec', /["']rspec/],
  ['PHPUnit', /"phpunit\/phpunit"/],
];
const manifests = [
  /(?:^|\/)(?:package\.json|composer\.json|Gemfile|pom\.xml|build\.gradle(?:\.kts)?)$/,
  /(?:^|\/)(?:pyproject\.toml|requirements[\w-]*\.txt)$/,
];
const byFile = [
  ['go test', /_test\.go$/],
  ['cargo test', /(?:^|\/)Cargo\.toml$/],
  ['bats', /\.bats$/],
  ['pytest', /(?:^|\/)(?:pytest\.ini|conftest\.py)$/],
];
const automations = [
  /^\.(?:github|gitea|forgejo)\/workflows\/[^/]+\.ya?ml$/,
  /^(?:\.gitlab-ci|\.travis|\.drone|\.circleci\/config|(?:azure|bitbucket)-pipelines)\.ya?ml$/,
  /^(?:Jenkinsfile|\.ci\/[^/]+|\.buildkite\/[^/]+)$/,
];
const isOneOf = (patterns, path) => patterns.some((pattern) => pattern.test(path));

function runnersOf(repo, files) {
  const found = new Set();
  for (const [name, pattern] of byFile) {
    if (files.some(({ path }) => pattern.test(path))) found.add(name);
  }
  const declaring = files.filter(({ path }) => isOneOf(manifests, path));
  for (const [, text] of texts(repo, declaring.slice(0, manifestsRead))) {
    for (const [name, pattern] of declared) if (pattern.test(text)) found.add(name);
  }
  return [...found];
}

const root = /(?:^|\/)(?:src|lib|source|main|java|tests?|__tests__|specs?|unit)(?=\/|$)/gi;
/** Where a folder lies once the words that part tests from sources are taken away. */
const place = (folder) => `/${folder === '.' ? '' : folder}`.replace(root, '').replace(/^\//, '');
/** `parse_test.go`, `test_parse.py`, `Parse.spec.ts` and `ParseTest.java` are all about `parse`. */
const subject = (path) =>
  posix
    .basename(path)
    .replace(/\.\w+$/, '')
    .replace(/^test_|[._-](?:test|spec)s?$|(?:Tests?|Spec|IT)$/gi, '')
    .toLowerCase();

/** Names that every folder has, so that a test of one says nothing about another. */
const everywhere = /^(?:__init__|conftest|index|lib|main|mod|setup|types|utils?|helpers?)$/;

/** A folder has tests when one lies in it, mirrors it, or is named after one of its files. */
function untested(sources, tests) {
  const places = new Set(tests.map(({ path }) => place(posix.dirname(path))));
  const named = tests.map(({ path }) => subject(path));
  const subjects = new Set(named.filter((name) => !everywhere.test(name)));
  const folders = new Map();
  for (const { path, lines, testsItself } of sources) {
    const name = posix.dirname(path);
    const folder = folders.get(name) ?? { folder: name, files: 0, lines: 0, tested: false };
    folder.files += 1;
    folder.lines += lines;
    folder.tested ||= testsItself || subjects.has(subject(path)) || places.has(place(name));
    folders.set(name, folder);
  }
  const without = [...folders.values()].filter((folder) => !folder.tested);
  return without.map(({ folder, files, lines }) => ({ folder, files, lines }));
}

const { repo, files } = fromArguments();
const measured = files.flatMap((file) => {
  const text = isSource(file.path) ? read(repo, file).text : undefined;
  if (text === undefined) return [];
  // Rust keeps its unit tests in the sources themselves.
  const testsItself = file.path.endsWith('.rs') && text.includes('#[cfg(test)]');
  return [{ path: file.path, lines: lineCount(text), testsItself }];
});
const tests = measured.filter(({ path }) => isTest(path));
const sources = measured.filter(({ path }) => !isTest(path));
const linesOf = (list) => list.reduce((sum, { lines }) => sum + lines, 0);
const without = untested(sources, tests);
const automation = files.filter(({ path }) => isOneOf(automations, path));

print({
  testFiles: tests.length,
  testLines: linesOf(tests),
  sourceFiles: sources.length,
  sourceLines: linesOf(sources),
  ratio:
    sources.length === 0
      ? null
      : Number((linesOf(tests) / Math.max(1, linesOf(sources))).toFixed(2)),
  runners: runnersOf(repo, files),
  automation: automation.map(({ path }) => path).slice(0, 5),
  foldersWithout: without.length,
  folders: top(without, foldersShown, (folder) => folder.lines),
});

/** Lists the files of a folder into files.json, which every other task of the report reads. */
import { lstatSync, readdirSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { git, print } from './repository.mjs';

/** Bounds memory and time; a report on a part is better than none, and the answer says so. */
const filesMax = 200_000;

/** Made by programs, or a person's own environment: no part of what people wrote. */
const skippedFolders = [
  '.git',
  '.hg',
  '.svn',
  '.troupe',
  'node_modules',
  'bower_components',
  'dist',
  'build',
  'target',
  'coverage',
  '.venv',
  'venv',
  '__pycache__',
  '.tox',
  '.next',
  '.cache',
  '.idea',
  '.gradle',
];

/** Tracked files and those about to be added; what git ignores is nobody's business. */
function listedByGit(repo) {
  const excluded = skippedFolders.map((name) => `--exclude=${name}/`);
  const choice = ['--cached', '--others', '--exclude-standard', ...excluded];
  const listed = git(repo, 'ls-files', '-z', ...choice);
  return [...new Set((listed ?? '').split('\0'))].filter((path) => path !== '');
}

/** Links are never entered, so a loop of them has no way in. */
function* walk(repo, folder, counts) {
  for (const entry of entriesOf(join(repo, folder), counts)) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (!entry.isDirectory()) yield path;
    else if (!skippedFolders.includes(entry.name)) yield* walk(repo, path, counts);
  }
}

function entriesOf(folder, counts) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    counts.unreadable += 1;
    return [];
  }
}

/** The size of a regular file; anything else is counted under its kind and left out. */
function bytesOf(path, counts) {
  try {
    const found = lstatSync(path);
    if (found.isFile()) return found.size;
    counts[found.isSymbolicLink() ? 'links' : 'notFiles'] += 1;
  } catch {
    counts.unreadable += 1;
  }
  return null;
}

function survey(repo) {
  const counts = { links: 0, notFiles: 0, unreadable: 0 };
  const listed = listedByGit(repo);
  // Git lists nothing in a folder that an outer repository ignores: then it is looked through.
  const source = listed.length > 0 ? 'git' : 'walk';
  const files = [];
  let complete = true;
  for (const path of source === 'git' ? listed : walk(repo, '', counts)) {
    if (files.length >= filesMax) {
      complete = false;
      break;
    }
    const bytes = bytesOf(join(repo, path), counts);
    if (bytes !== null) files.push({ path, bytes });
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files, source, complete, counts };
}

const [repo = '.'] = process.argv.slice(2);
const artifacts = process.env.TROUPE_ARTIFACTS;
if (!artifacts) throw new Error('TROUPE_ARTIFACTS must name the folder for files.json');
if (!statSync(repo, { throwIfNoEntry: false })?.isDirectory())
  throw new Error(`${repo} is not a folder`);

const { files, source, complete, counts } = survey(repo);
writeFileSync(join(artifacts, 'files.json'), JSON.stringify(files));
print({
  name: basename(realpathSync(repo)) || '/',
  source,
  files: files.length,
  bytes: files.reduce((sum, file) => sum + file.bytes, 0),
  complete,
  ...counts,
});

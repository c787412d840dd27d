/** Lists what a repository needs from others: how firmly, locked or not, under which licences. */
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { isGenerated, isTest } from './kinds.mjs';
import { ecosystems } from './manifests.mjs';
import { fromArguments, print, read } from './repository.mjs';

const manifestsShown = 20;
const manifestsMax = 500;
/** A manifest is written by hand; what is larger would only slow its patterns down. */
const manifestBytesMax = 200_000;
const looseShown = 15;
const licencesShown = 12;

/** Any version at all will do: the next install may bring anything. */
const isLoose = (version) => /^(?:\*|x|latest|)$/i.test(version);

/** From the manifest's folder upwards, as the package managers look for workspaces. */
function foldersUp(path) {
  const folders = [];
  let folder = posix.dirname(path);
  for (; folder !== '.'; folder = posix.dirname(folder)) folders.push(folder);
  return [...folders, '.'];
}

function lockOf(path, locks, present) {
  const candidates = foldersUp(path).flatMap((folder) =>
    locks.map((name) => posix.join(folder, name)),
  );
  return candidates.find((candidate) => present.has(candidate)) ?? null;
}

/** What an installed package says of itself; null when it is not installed or says nothing. */
function licenceOf(repo, path, name) {
  // The name is a stranger's and becomes a path: nothing but a package's name may pass.
  if (!/^(?:@[\w-][\w.-]*\/)?[\w-][\w.-]*$/.test(name)) return null;
  for (const folder of foldersUp(path)) {
    try {
      const file = join(repo, folder, 'node_modules', name, 'package.json');
      const { license, licenses } = JSON.parse(readFileSync(file, 'utf8'));
      return String(license?.type ?? license ?? licenses?.[0]?.type ?? 'none stated');
    } catch {
      // Not here: perhaps in a folder above.
    }
  }
  return null;
}

function manifestOf(repo, file, ecosystem, present) {
  const { text } = read(repo, file);
  try {
    const needs = ecosystem.needs(text ?? '', file.path);
    return { path: file.path, ecosystem, needs, lock: lockOf(file.path, ecosystem.locks, present) };
  } catch {
    return { path: file.path, ecosystem, needs: [], lock: null, unreadable: true };
  }
}

function row({ path, ecosystem, needs, lock, unreadable = false }) {
  const count = (holds) => needs.filter(holds).length;
  const pinned = count((need) => ecosystem.pinned(need.version));
  const loose = count((need) => isLoose(need.version) && !ecosystem.pinned(need.version));
  return {
    path,
    ecosystem: ecosystem.name,
    runtime: count((need) => !need.development),
    development: count((need) => need.development),
    pinned,
    ranged: needs.length - pinned - loose,
    loose,
    lock,
    lockable: ecosystem.locks.length > 0,
    unreadable,
  };
}

/** Licence to the names of the direct npm dependencies under it. */
function licences(repo, manifests) {
  const names = new Map();
  for (const { path, ecosystem, needs } of manifests) {
    for (const { name } of ecosystem.name === 'npm' ? needs : []) {
      const licence = licenceOf(repo, path, name);
      if (licence) names.set(licence, (names.get(licence) ?? new Set()).add(name));
    }
  }
  const rows = [...names].map(([licence, found]) => ({
    licence,
    packages: found.size,
    examples: [...found].slice(0, 5),
  }));
  return rows.sort((a, b) => b.packages - a.packages).slice(0, licencesShown);
}

const { repo, files } = fromArguments();
const present = new Set(files.map((file) => file.path));
const manifests = files
  .filter(({ path, bytes }) => bytes <= manifestBytesMax && !isTest(path) && !isGenerated(path))
  .flatMap((file) => {
    const ecosystem = ecosystems.find((candidate) => candidate.file.test(file.path));
    return ecosystem ? [{ file, ecosystem }] : [];
  })
  .slice(0, manifestsMax)
  .map(({ file, ecosystem }) => manifestOf(repo, file, ecosystem, present));
const loose = manifests.flatMap(({ path, ecosystem, needs }) =>
  needs
    .filter(({ version }) => isLoose(version) && !ecosystem.pinned(version))
    .map(({ name, version }) => ({ path, name, version: version || 'any' })),
);

print({
  manifests: manifests.length,
  direct: manifests.reduce((sum, { needs }) => sum + needs.length, 0),
  rows: manifests.map(row).slice(0, manifestsShown),
  loose: loose.slice(0, looseShown),
  licences: licences(repo, manifests),
});

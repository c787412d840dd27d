/** Chroma's server as it lies in the package: whether it loads here, or a copy of it does. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { MemoryMistake, messageOf } from '../errors.ts';
import { isElf } from './elf.ts';
import { adaptedTo, neededGlibc, versionNumber } from './older-glibc.ts';

export type Binding =
  /** It can be loaded from there. */
  | { readonly kind: 'ready'; readonly path: string }
  /** A copy must be made first: `setUp` does it. */
  | { readonly kind: 'too-new'; readonly needs: string; readonly has: string; readonly why: string }
  | { readonly kind: 'missing'; readonly why: string };

const packages: Readonly<Record<string, string>> = {
  'darwin arm64': 'chromadb-js-bindings-darwin-arm64',
  'darwin x64': 'chromadb-js-bindings-darwin-x64',
  'linux arm64': 'chromadb-js-bindings-linux-arm64-gnu',
  'linux x64': 'chromadb-js-bindings-linux-x64-gnu',
  'win32 arm64': 'chromadb-js-bindings-win32-arm64-msvc',
};

/** `folder`: where copies are kept. */
export function findBinding(folder: string): Binding {
  const original = findPackage();
  if ('why' in original) return { kind: 'missing', why: original.why };
  const has = glibcHere();
  if (has === null) return { kind: 'ready', path: original.path };
  const file = readFileSync(original.path);
  if (!isElf(file)) return { kind: 'ready', path: original.path };
  const needs = neededGlibc(file);
  if (versionNumber(needs) <= versionNumber(has)) return { kind: 'ready', path: original.path };
  const copy = copyPath(folder, original.version, file);
  if (existsSync(copy)) return { kind: 'ready', path: copy };
  const why = `Chroma needs glibc ${needs}, and this machine has ${has}`;
  return { kind: 'too-new', needs, has, why };
}

/** Makes the copy when one is needed; answers where the library is that can be loaded. */
export function setUp(folder: string): string {
  const binding = findBinding(folder);
  switch (binding.kind) {
    case 'ready':
      return binding.path;
    case 'missing':
      throw new MemoryMistake('memory.no-chroma', binding.why, 'install the package again');
    case 'too-new':
      return adapt(folder, binding.has);
  }
}

function adapt(folder: string, has: string): string {
  const original = findPackage();
  if ('why' in original) throw new MemoryMistake('memory.no-chroma', original.why, '');
  const file = readFileSync(original.path);
  const copy = copyPath(folder, original.version, file);
  mkdirSync(folder, { recursive: true });
  const draft = `${copy}.${process.pid}`;
  writeFileSync(draft, adaptedTo(has, file), { flush: true });
  renameSync(draft, copy);
  return copy;
}

/** A copy of another version, or of another file of the same one, is never taken for it. */
function copyPath(folder: string, version: string, file: Buffer): string {
  const sum = createHash('sha256').update(file).digest('hex').slice(0, 16);
  return join(folder, `chroma-${version}-${sum}.node`);
}

type Original = { readonly path: string; readonly version: string } | { readonly why: string };

function findPackage(): Original {
  const place = `${process.platform} ${process.arch}`;
  const name = packages[place];
  if (name === undefined) return { why: `there is no Chroma for ${place}` };
  try {
    const ours = createRequire(import.meta.url);
    // It is a dependency of the client, which may have it to itself.
    const theirs = createRequire(ours.resolve('chromadb'));
    const path = theirs.resolve(name);
    const about = readFileSync(join(dirname(path), 'package.json'), 'utf8');
    return { path, version: (JSON.parse(about) as { version: string }).version };
  } catch (error) {
    return { why: `${name} is not installed: ${messageOf(error).split('\n')[0]}` };
  }
}

/** The version of the C library; null where it is another one, or none. */
function glibcHere(): string | null {
  if (process.platform !== 'linux') return null;
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime ?? null;
}

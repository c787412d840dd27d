/**
 * Makes a library that was built with a newer C library load with an older one.
 *
 * What it needs of the newer one must be little: symbols that are weak, which it can do without,
 * and new names of old functions (`__isoc23_strtol` is `strtol` for who reads no binary numbers).
 * Anything else is refused, by name.
 */
import { MemoryMistake } from '../errors.ts';
import { type ElfSymbol, type Library, type NeededVersion, readLibrary } from './elf.ts';

const renamed = '__isoc23_';
const weakVersion = 2;
/** The oldest version there is on each kind of machine. */
const oldest = ['GLIBC_2.2.5', 'GLIBC_2.17'];
const glibc = /^GLIBC_(\d+)\.(\d+)/;

/** `2.36` as a number that can be compared. */
export function versionNumber(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 1_000 + minor;
}

function numberOf({ name }: NeededVersion): number {
  const [, major, minor] = glibc.exec(name) ?? [];
  return major === undefined ? 0 : Number(major) * 1_000 + Number(minor);
}

/** The newest version of the C library that it names, `2.39`; empty when it names none. */
export function neededGlibc(file: Buffer): string {
  const newest = readLibrary(file).versions.toSorted((a, b) => numberOf(b) - numberOf(a))[0];
  const [, major, minor] = glibc.exec(newest?.name ?? '') ?? [];
  return major === undefined ? '' : `${major}.${minor}`;
}

/** A copy that loads where the C library has this version, `2.36`. */
export function adaptedTo(version: string, file: Buffer): Buffer {
  const library = readLibrary(file);
  const most = versionNumber(version);
  const tooNew = library.versions.filter((each) => numberOf(each) > most);
  const copy = Buffer.from(file);
  for (const { flagsAt } of tooNew) {
    copy.writeUInt16LE(copy.readUInt16LE(flagsAt) | weakVersion, flagsAt);
  }
  const base = baseOf(library);
  for (const symbol of strongOnes(library, tooNew)) rename(copy, symbol, base.index);
  return copy;
}

function baseOf({ versions }: Library): NeededVersion {
  const base = versions.find(({ name }) => oldest.includes(name));
  if (!base) throw refusal('it names no old version of the C library');
  return base;
}

function strongOnes({ symbols }: Library, tooNew: readonly NeededVersion[]): readonly ElfSymbol[] {
  const indexes = new Set(tooNew.map(({ index }) => index));
  const strong = symbols.filter(
    ({ version, isWeak, isDefined }) => indexes.has(version) && !isWeak && !isDefined,
  );
  const others = strong.filter(({ name }) => !name.startsWith(renamed)).map(({ name }) => name);
  if (others.length > 0) throw refusal(`it needs ${others.join(', ')}`);
  return strong;
}

/** The old name is the end of the new one. */
function rename(copy: Buffer, { nameAt, versionAt }: ElfSymbol, version: number): void {
  copy.writeUInt32LE(copy.readUInt32LE(nameAt) + renamed.length, nameAt);
  copy.writeUInt16LE(version, versionAt);
}

function refusal(why: string): MemoryMistake {
  return new MemoryMistake(
    'memory.not-adaptable',
    `Chroma can not be made to run with this machine's C library: ${why}`,
    'use a newer system, a running server by CHROMA_URL, or the search that is built in',
  );
}

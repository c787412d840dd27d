/** What a shared library says of the versions it needs and the symbols it looks for. 64 bits. */
import { assert } from '../errors.ts';

/** One version of another library, `GLIBC_2.38`, and where that is said. */
export interface NeededVersion {
  readonly name: string;
  /** What symbols name it by. */
  readonly index: number;
  /** Where its flags are, in the file. */
  readonly flagsAt: number;
}

export interface ElfSymbol {
  readonly name: string;
  /** The index of the version it must have. */
  readonly version: number;
  readonly isWeak: boolean;
  readonly isDefined: boolean;
  /** Where the offset of its name is, in the file. */
  readonly nameAt: number;
  /** Where its version is. */
  readonly versionAt: number;
}

export interface Library {
  readonly versions: readonly NeededVersion[];
  readonly symbols: readonly ElfSymbol[];
}

interface Section {
  readonly kind: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
}

const kinds = { symbols: 11, versionsNeeded: 0x6ffffffe, versionOfSymbols: 0x6fffffff } as const;
const symbolBytes = 24;
const weakBinding = 2;
/** The highest bit says that the version is hidden. */
const versionMask = 0x7fff;

export function isElf(file: Buffer): boolean {
  return file.length > 64 && file.readUInt32BE(0) === 0x7f454c46 && file[4] === 2 && file[5] === 1;
}

export function readLibrary(file: Buffer): Library {
  assert(isElf(file), 'a library of 64 bits, the small end first');
  const sections = sectionsOf(file);
  const find = (kind: number): Section => {
    const section = sections.find((each) => each.kind === kind);
    assert(section, `a library has a section of kind ${kind}`);
    return section;
  };
  const needed = find(kinds.versionsNeeded);
  const symbols = find(kinds.symbols);
  return {
    versions: versionsIn(file, needed, namesOf(file, sections, needed)),
    symbols: symbolsIn(
      file,
      symbols,
      find(kinds.versionOfSymbols),
      namesOf(file, sections, symbols),
    ),
  };
}

function sectionsOf(file: Buffer): readonly Section[] {
  const start = Number(file.readBigUInt64LE(0x28));
  const [bytes, count] = [file.readUInt16LE(0x3a), file.readUInt16LE(0x3c)];
  return Array.from({ length: count }, (_, at) => {
    const from = start + at * bytes;
    return {
      kind: file.readUInt32LE(from + 4),
      offset: Number(file.readBigUInt64LE(from + 24)),
      size: Number(file.readBigUInt64LE(from + 32)),
      link: file.readUInt32LE(from + 40),
      info: file.readUInt32LE(from + 44),
    };
  });
}

type NameAt = (offset: number) => string;

function namesOf(file: Buffer, sections: readonly Section[], { link }: Section): NameAt {
  const names = sections[link];
  assert(names, 'a section has its names');
  return (offset) => {
    const from = names.offset + offset;
    return file.toString('latin1', from, file.indexOf(0, from));
  };
}

function versionsIn(file: Buffer, { offset, info }: Section, nameAt: NameAt): NeededVersion[] {
  const versions: NeededVersion[] = [];
  let library = offset;
  for (let each = 0; each < info; each += 1) {
    let at = library + file.readUInt32LE(library + 8);
    for (let left = file.readUInt16LE(library + 2); left > 0; left -= 1) {
      const name = nameAt(file.readUInt32LE(at + 8));
      versions.push({ name, index: file.readUInt16LE(at + 6), flagsAt: at + 4 });
      at += file.readUInt32LE(at + 12);
    }
    library += file.readUInt32LE(library + 12);
  }
  return versions;
}

function symbolsIn(
  file: Buffer,
  { offset, size }: Section,
  versions: Section,
  nameAt: NameAt,
): ElfSymbol[] {
  return Array.from({ length: size / symbolBytes }, (_, at) => {
    const from = offset + at * symbolBytes;
    const versionAt = versions.offset + at * 2;
    return {
      name: nameAt(file.readUInt32LE(from)),
      version: file.readUInt16LE(versionAt) & versionMask,
      isWeak: (file[from + 4] as number) >> 4 === weakBinding,
      isDefined: file.readUInt16LE(from + 6) !== 0,
      nameAt: from,
      versionAt,
    };
  });
}

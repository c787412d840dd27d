/** The default embedding: word vectors that come with the package; no network, no other package. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MemoryMistake } from '../errors.ts';
import { type Embedder, normalise } from './embedder.ts';
import { WordTable } from './table.ts';
import { wordsOf } from './words.ts';

/** How much the vectors of software's own language count beside those of English. */
const weightMin = 0.75;
const weightMax = 2.2;
/** Where between them, by how much likelier the words are in software than in English. */
const turningPoint = -0.1;
const steepness = 2;
/** What an unknown word's share of a language is at most, and how much one word may say. */
const unknownShare = 2.5e-6;
const likelihoodMax = 4;

export class StaticVectors implements Embedder {
  readonly id = 'static-2';
  readonly dimensions: number;
  readonly #general: WordTable;
  readonly #software: WordTable;

  private constructor(general: WordTable, software: WordTable) {
    this.#general = general;
    this.#software = software;
    this.dimensions = general.dimensions + software.dimensions;
  }

  /** Reads ten megabytes, in a few dozen milliseconds: only for who is going to embed. */
  static open(folder: string = findData()): StaticVectors {
    const text = readFileSync(join(folder, 'components.json'), 'utf8');
    const { general, software } = JSON.parse(text) as Record<'general' | 'software', number[]>;
    return new StaticVectors(
      WordTable.read(folder, 'general', general),
      WordTable.read(folder, 'software', software),
    );
  }

  async embed(texts: readonly string[]): Promise<readonly Float32Array[]> {
    return texts.map((text) => this.embedOne(text));
  }

  embedOne(text: string): Float32Array {
    const words = wordsOf(text);
    const vector = new Float32Array(this.dimensions);
    vector.set(this.#general.embed(words));
    const software = this.#software.embed(words);
    const weight = this.#softwareWeight(words);
    for (let at = 0; at < software.length; at += 1) {
      vector[this.#general.dimensions + at] = weight * (software[at] as number);
    }
    return normalise(vector);
  }

  /**
   * A text on software is best known by software's words, any other by English: of fixed weights,
   * those that are good for one kind are bad for the other.
   */
  #softwareWeight(words: readonly string[]): number {
    let sum = 0;
    let known = 0;
    for (const word of words) {
      const software = this.#software.shareOf(word);
      const general = this.#general.shareOf(word);
      if (software === undefined && general === undefined) continue;
      const likelier = Math.log((software ?? unknownShare) / (general ?? unknownShare));
      sum += Math.max(-likelihoodMax, Math.min(likelihoodMax, likelier));
      known += 1;
    }
    const tone = known === 0 ? 0 : sum / known;
    const share = 1 / (1 + Math.exp(-steepness * (tone - turningPoint)));
    return weightMin + (weightMax - weightMin) * share;
  }
}

const place = join('memory', 'embedding', 'data');

/** Beside the sources, and in the package above the built files. */
function findData(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let folder = start; ; folder = dirname(folder)) {
    const data = join(folder, place);
    if (existsSync(join(data, 'components.json'))) return data;
    if (dirname(folder) === folder) throw lost(start);
  }
}

function lost(start: string): MemoryMistake {
  return new MemoryMistake(
    'memory.no-vectors',
    `the word vectors are missing: no ${place} above ${start}`,
    'install the package again: it brings them',
  );
}

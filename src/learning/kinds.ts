/** Sorts tasks into kinds: those of one role whose prompts mean nearly the same. */
import { StaticVectors } from '../../memory/embedding/static-vectors.ts';
import { wordsOf } from '../../memory/embedding/words.ts';

/** What is to be sorted. */
export interface Asked {
  readonly role: string;
  /** As the plan says it; may hold templates. */
  readonly prompt: string;
}

/** What is less like the first of a kind is of another one. */
const likenessMin = 0.5;
/** Kinds of one role; what is like none of so many is of no kind. */
const kindsMax = 64;
const nameWordsMax = 3;
/** A word with a number in it is the name of one task, not of a kind. */
const namesOne = /\d/;

export class Kind {
  readonly role: string;
  readonly #first: Float32Array;
  readonly #counts = new Map<string, number>();

  constructor(role: string, first: Float32Array) {
    this.role = role;
    this.#first = first;
  }

  /** Another of its tasks. */
  take(words: readonly string[]): void {
    for (const word of new Set(words)) this.#counts.set(word, (this.#counts.get(word) ?? 0) + 1);
  }

  likeness(vector: Float32Array): number {
    return vector.reduce((sum, value, at) => sum + value * (this.#first[at] ?? 0), 0);
  }

  /** The words that most of its tasks have: `fix login form`. */
  get name(): string {
    const most = [...this.#counts].toSorted(([, one], [, other]) => other - one);
    return most
      .slice(0, nameWordsMax)
      .map(([word]) => word)
      .join(' ');
  }
}

/** The first task of a kind says what it is: the same tasks in the same order give the same. */
export class Kinds {
  readonly #kinds = new Map<string, Kind[]>();
  /** Ten megabytes: not before somebody has said something. */
  #vectors: StaticVectors | null = null;

  /** Its kind, a new one if need be. Null: it says nothing, or there are too many kinds. */
  add(task: Asked): Kind | null {
    const told = this.#told(task);
    if (told === null) return null;
    const kind = this.#nearest(task.role, told.vector) ?? this.#open(task.role, told.vector);
    kind?.take(told.words);
    return kind;
  }

  /** Its kind among those that are known. */
  find(task: Asked): Kind | null {
    const told = this.#told(task);
    return told && this.#nearest(task.role, told.vector);
  }

  #told({ prompt }: Asked) {
    const said = prompt.replace(/\{\{[^}]*\}\}/g, ' ');
    const words = wordsOf(said).filter((word) => !namesOne.test(word));
    if (words.length === 0) return null;
    this.#vectors ??= StaticVectors.open();
    return { words, vector: this.#vectors.embedOne(words.join(' ')) };
  }

  #nearest(role: string, vector: Float32Array): Kind | null {
    let [best, most]: [Kind | null, number] = [null, likenessMin];
    for (const kind of this.#kinds.get(role) ?? []) {
      const likeness = kind.likeness(vector);
      if (likeness > most) [best, most] = [kind, likeness];
    }
    return best;
  }

  #open(role: string, first: Float32Array): Kind | null {
    const known = this.#kinds.get(role) ?? [];
    if (known.length >= kindsMax) return null;
    const kind = new Kind(role, first);
    this.#kinds.set(role, [...known, kind]);
    return kind;
  }
}

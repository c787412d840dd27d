/** Vectors by a model on this machine, when a person has installed the package that runs it. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MemoryMistake, messageOf } from '../errors.ts';
import { type Embedder, normalise } from './embedder.ts';

/** The little of the package that is used. */
type Extract = (
  texts: readonly string[],
  options: { readonly pooling: 'mean'; readonly normalize: boolean },
) => Promise<{ tolist(): number[][] }>;

interface Package {
  readonly pipeline: (task: 'feature-extraction', model: string) => Promise<Extract>;
}

const names = ['@huggingface/transformers', '@xenova/transformers'] as const;
const batchMax = 16;

export class LocalTransformers implements Embedder {
  readonly id: string;
  readonly #model: string;
  readonly #from: string;
  #dimensions: number | null = null;
  #extract: Promise<Extract> | null = null;

  /** `from`: the folder whose packages are looked through. */
  constructor(model: string, from: string) {
    this.id = `transformers:${model}`;
    this.#model = model;
    this.#from = from;
  }

  get dimensions(): number | null {
    return this.#dimensions;
  }

  async embed(texts: readonly string[]): Promise<readonly Float32Array[]> {
    this.#extract ??= this.#load();
    const extract = await this.#extract;
    const vectors: Float32Array[] = [];
    for (let at = 0; at < texts.length; at += batchMax) {
      const some = texts.slice(at, at + batchMax);
      const rows = (await extract(some, { pooling: 'mean', normalize: true })).tolist();
      vectors.push(...rows.map((row) => normalise(Float32Array.from(row))));
    }
    this.#dimensions ??= vectors[0]?.length ?? null;
    return vectors;
  }

  async #load(): Promise<Extract> {
    const require = createRequire(join(this.#from, 'package.json'));
    const path = names.flatMap((name) => resolved(require, name))[0];
    if (path === undefined) throw notInstalled(this.#from);
    try {
      const loaded = (await import(pathToFileURL(path).href)) as Package;
      return await loaded.pipeline('feature-extraction', this.#model);
    } catch (error) {
      const message = `the model ${this.#model} can't be used: ${messageOf(error)}`;
      throw new MemoryMistake('memory.no-embedding', message, 'look at TROUPE_EMBEDDER');
    }
  }
}

function resolved(require: NodeJS.Require, name: string): readonly string[] {
  try {
    return [require.resolve(name)];
  } catch {
    return [];
  }
}

function notInstalled(from: string): MemoryMistake {
  const message = `${names[0]} is not installed in ${from}`;
  const hint = `install it (npm install ${names[0]}), or unset TROUPE_EMBEDDER`;
  return new MemoryMistake('memory.no-embedding', message, hint);
}

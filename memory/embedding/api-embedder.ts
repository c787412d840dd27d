/** Vectors by any API that is compatible with that of OpenAI: `POST <base>/embeddings`. */
import { z } from 'zod';
import { MemoryMistake, messageOf } from '../errors.ts';
import { pause, type Time } from '../time.ts';
import { type Embedder, normalise } from './embedder.ts';

export interface ApiEmbedderOptions {
  /** `https://api.openai.com/v1` */
  readonly baseUrl: string;
  readonly model: string;
  /** Null for a server that asks for none. */
  readonly key: string | null;
  readonly time: Time;
}

const answer = z.object({
  data: z.array(z.object({ index: z.number().int().optional(), embedding: z.array(z.number()) })),
});

const batchMax = 64;
/** What every model takes: longer texts are known by their beginning. */
const textCharsMax = 8_000;
const answerMaxMs = 30_000;
const triesMax = 3;
const pauseMs = 500;
/** The server has too much to do, or is just starting. */
const passing = new Set([408, 409, 425, 429, 500, 502, 503, 504]);

export class ApiEmbedder implements Embedder {
  readonly id: string;
  #dimensions: number | null = null;
  readonly #options: ApiEmbedderOptions;

  constructor(options: ApiEmbedderOptions) {
    this.#options = options;
    this.id = `api:${new URL(options.baseUrl).host}/${options.model}`;
  }

  get dimensions(): number | null {
    return this.#dimensions;
  }

  async embed(texts: readonly string[]): Promise<readonly Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (let at = 0; at < texts.length; at += batchMax) {
      vectors.push(...(await this.#embedSome(texts.slice(at, at + batchMax))));
    }
    return vectors;
  }

  async #embedSome(texts: readonly string[]): Promise<readonly Float32Array[]> {
    // An empty text is refused by some.
    const input = texts.map((text) => text.slice(0, textCharsMax).trim() || ' ');
    const body = await this.#post({ model: this.#options.model, input });
    const parsed = answer.safeParse(body);
    if (!parsed.success || parsed.data.data.length !== texts.length) {
      throw this.#mistake('it answered with something else than a vector for each text');
    }
    const rows = parsed.data.data.toSorted((a, b) => (a.index ?? 0) - (b.index ?? 0));
    return rows.map(({ embedding }, at) => this.#vectorOf(embedding, texts[at] as string));
  }

  /** A text that says nothing is near to nothing. */
  #vectorOf(embedding: readonly number[], text: string): Float32Array {
    this.#dimensions ??= embedding.length;
    if (embedding.length !== this.#dimensions || embedding.length === 0) {
      throw this.#mistake(`its vectors have ${embedding.length} dimensions, and had others before`);
    }
    if (text.trim() === '') return new Float32Array(embedding.length);
    return normalise(Float32Array.from(embedding));
  }

  async #post(body: object): Promise<unknown> {
    for (let tries = 1; ; tries += 1) {
      const response = await this.#ask(body);
      if (response.ok) return response.json().catch(() => null);
      if (!passing.has(response.status) || tries === triesMax) {
        throw this.#mistake(`it answered with status ${response.status}`);
      }
      await pause(this.#options.time, pauseMs * 2 ** tries);
    }
  }

  async #ask(body: object): Promise<Response> {
    const { baseUrl, key } = this.#options;
    try {
      return await fetch(`${baseUrl.replace(/\/+$/, '')}/embeddings`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(key !== null && { authorization: `Bearer ${key}` }),
        },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(answerMaxMs),
      });
    } catch (error) {
      const { cause } = error as { cause?: unknown };
      throw this.#mistake(messageOf(cause ?? error));
    }
  }

  /** Never with the key. */
  #mistake(why: string): MemoryMistake {
    const message = `the embedding ${this.id} can't be used: ${why}`;
    const hint = 'look at TROUPE_EMBEDDER, TROUPE_EMBEDDER_URL and its key, or unset them';
    return new MemoryMistake('memory.no-embedding', message, hint);
  }
}

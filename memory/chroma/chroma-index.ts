/** A collection of a Chroma server as a semantic index. */
import { ChromaClient, type Collection } from 'chromadb';
import {
  byNearness,
  type Entry,
  type Neighbour,
  type SemanticIndex,
} from '../search/semantic-index.ts';

/** A server, ours or anybody's. */
export interface ChromaAddress {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tenant?: string;
  readonly database?: string;
}

/** Plans are run again and again: among many that are nearly the same, others must be found. */
const thoroughness = { ef_construction: 200, ef_search: 200, max_neighbors: 32 } as const;
/** The server takes 5,461 at once, at most. */
const batchMax = 2_000;

export class ChromaIndex implements SemanticIndex {
  readonly #client: ChromaClient;
  readonly #name: string;
  #collection: Collection;

  private constructor(client: ChromaClient, name: string, collection: Collection) {
    this.#client = client;
    this.#name = name;
    this.#collection = collection;
  }

  /** Makes the collection when it is not there. */
  static async open(address: ChromaAddress, name: string): Promise<ChromaIndex> {
    const client = clientFor(address);
    return new ChromaIndex(client, name, await collectionOf(client, name));
  }

  count(): Promise<number> {
    return this.#collection.count();
  }

  async put(entries: readonly Entry[]): Promise<void> {
    // A vector of zeros is near to nothing, and has no direction that could be compared.
    const said = entries.filter(({ vector }) => vector.some((value) => value !== 0));
    for (let at = 0; at < said.length; at += batchMax) {
      const batch = said.slice(at, at + batchMax);
      await this.#collection.upsert({
        ids: batch.map(({ id }) => String(id)),
        embeddings: batch.map(({ vector }) => [...vector]),
      });
    }
  }

  async remove(ids: readonly number[]): Promise<void> {
    for (let at = 0; at < ids.length; at += batchMax) {
      await this.#collection.delete({ ids: ids.slice(at, at + batchMax).map(String) });
    }
  }

  async nearest(vector: Float32Array, count: number): Promise<readonly Neighbour[]> {
    const [found = []] = await this.nearestOfEach([vector], count);
    return found;
  }

  /** For several at once, in their order. */
  async nearestOfEach(
    vectors: readonly Float32Array[],
    count: number,
  ): Promise<readonly (readonly Neighbour[])[]> {
    const { ids, distances } = await this.#collection.query({
      queryEmbeddings: vectors.map((vector) => [...vector]),
      nResults: count,
      include: ['distances'],
    });
    return ids.map((row, at) =>
      row
        .map((id, place) => ({ id: Number(id), cosine: 1 - (distances[at]?.[place] ?? 1) }))
        .sort(byNearness),
    );
  }

  /** Empty again: whatever was wrong with it is gone. */
  async clear(): Promise<void> {
    await this.#client.deleteCollection({ name: this.#name });
    this.#collection = await collectionOf(this.#client, this.#name);
  }

  async close(): Promise<void> {}
}

function clientFor({ url, headers, tenant, database }: ChromaAddress): ChromaClient {
  const { protocol, hostname, port } = new URL(url);
  const ssl = protocol === 'https:';
  return new ChromaClient({
    ssl,
    host: hostname,
    port: port === '' ? (ssl ? 443 : 80) : Number(port),
    headers: { ...headers },
    ...(tenant === undefined ? {} : { tenant }),
    ...(database === undefined ? {} : { database }),
  });
}

function collectionOf(client: ChromaClient, name: string): Promise<Collection> {
  return client.getOrCreateCollection({
    name,
    embeddingFunction: null,
    configuration: { hnsw: { space: 'cosine', ...thoroughness } },
  });
}

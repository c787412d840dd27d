/** The store of files on the servers: what is too large for the stream of a run. */
import type { JetStreamManager } from '@nats-io/jetstream';
import type { ObjectStore } from '@nats-io/obj';
import type { Reader } from './reader.ts';

export class FileShelf {
  readonly #bucket: string;
  readonly #store: ObjectStore;
  readonly #reader: Reader;
  readonly #jsm: JetStreamManager;

  constructor(bucket: string, store: ObjectStore, reader: Reader, jsm: JetStreamManager) {
    this.#jsm = jsm;
    this.#bucket = bucket;
    this.#store = store;
    this.#reader = reader;
  }

  async put(name: string, content: Uint8Array): Promise<void> {
    await this.#store.putBlob({ name }, content);
  }

  /** Not even a mark that it was deleted: those would stay for ever. */
  async delete(name: string): Promise<void> {
    await this.#store.delete(name);
    const filter = markOf(this.#bucket, name);
    await this.#jsm.streams.purge(`OBJ_${this.#bucket}`, { filter });
  }

  /** Its pieces; none when it is not there. Whoever reads them knows what they must come to. */
  async *read(name: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const info = await this.#reader.patiently(signal, () => this.#store.info(name));
    if (!info || info.deleted) return;
    const chunks = `$O.${this.#bucket}.C.${info.nuid}`;
    const kept = this.#reader.all(`OBJ_${this.#bucket}`, chunks, signal);
    for await (const { data } of kept) yield data;
  }
}

/** As every client of such stores writes it. */
function markOf(bucket: string, name: string): string {
  const text = Buffer.from(name).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
  return `$O.${bucket}.M.${text}`;
}

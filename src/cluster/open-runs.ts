/** The runs that are not over, for all nodes to read: a bucket with an entry for each. */
import type { KvEntry } from '@nats-io/kv';
import { z } from 'zod';
import { type RunId, runId } from '../../machines/ids.ts';
import type { Store } from './store.ts';

const entrySchema = z.object({
  /** It becomes a folder here: nothing that leads elsewhere. */
  run: z.string().regex(/^[\w-]{1,200}$/),
  /** `stopped`: by a person, who will say when it goes on. */
  status: z.enum(['open', 'stopped']),
  node: z.string(),
  /** Its owner has workers, which may be at it for so long after their owner's death. */
  outliveMs: z.number().min(0).max(600_000).optional(),
});

/** A run that is not over. */
export interface RunEntry extends z.infer<typeof entrySchema> {
  readonly run: RunId;
}

export class OpenRuns {
  readonly #store: Pick<Store, 'jsm' | 'reader' | 'runs' | 'prefix'>;

  constructor(store: Pick<Store, 'jsm' | 'reader' | 'runs' | 'prefix'>) {
    this.#store = store;
  }

  /** By single questions: a consumer may be on a server that has just died. */
  async list(): Promise<readonly RunEntry[]> {
    const { runs, jsm } = this.#store;
    const filter = `${this.#before}${openKey('*')}`;
    const { state } = await jsm.streams.info(this.#stream, { subjects_filter: filter });
    const subjects = Object.keys(state.subjects ?? {});
    const keys = subjects.map((subject) => subject.slice(this.#before.length)).filter(isKey);
    const entries = await Promise.all(keys.map((key) => runs.get(key).then(entryIn)));
    return entries.filter((entry) => entry !== null);
  }

  /** Null: it is over. */
  async find(run: string): Promise<RunEntry | null> {
    return entryIn(await this.#store.runs.get(openKey(run)));
  }

  async note(entry: RunEntry, signal: AbortSignal): Promise<void> {
    const { runs, reader } = this.#store;
    await reader.patiently(signal, () => runs.put(openKey(entry.run), JSON.stringify(entry)));
  }

  /** Not even a mark that it was deleted: those would stay for ever. */
  async forget(run: string, signal: AbortSignal): Promise<void> {
    const { jsm, reader } = this.#store;
    const filter = `${this.#before}${openKey(run)}`;
    await reader.patiently(signal, () => jsm.streams.purge(this.#stream, { filter }));
  }

  get #stream(): string {
    return `KV_${this.#store.prefix}_runs`;
  }

  get #before(): string {
    return `$KV.${this.#store.prefix}_runs.`;
  }
}

/** Null: it is over by now, or none of us has written it. */
function entryIn(entry: KvEntry | null): RunEntry | null {
  if (entry?.operation !== 'PUT') return null;
  try {
    const written = entrySchema.parse(entry.json());
    const run = runId(written.run);
    return entry.key === openKey(run) ? { ...written, run } : null;
  } catch {
    return null;
  }
}

const isKey = (text: string): boolean => /^open\.[\w-]+$/.test(text);
const openKey = (run: string): string => `open.${run}`;

/**
 * The register of who is there: an entry for each worker and each hub, which the servers forget
 * when it was not renewed for a lease.
 *
 * Nothing that an entry says is believed before it fits, and none speaks for another name than its
 * key's.
 */
import { z } from 'zod';
import { Inlet } from '../../bus/nats/inlet.ts';
import { token } from '../../bus/nats/subjects.ts';
import { UserError } from '../../kernel/user-error.ts';
import { deskOf } from '../wire.ts';
import { jsonIn } from './queues.ts';
import type { Servers } from './servers.ts';

const word = z.string().min(1).max(200);
const words = z.array(word).max(200);

const workerSchema = z.strictObject({
  name: word,
  version: word,
  /** Places by role. */
  roles: z.record(word, z.number().int().min(1).max(10_000)),
  labels: words,
  /** What it works on. */
  tickets: z.array(word).max(20_000),
  /** What has a place there beside that: not begun, or at its end. */
  kept: z.array(word).max(20_000),
});
export type WorkerEntry = z.infer<typeof workerSchema>;

/** What a hub may tell its workers of at once: a fifth of what servers take in one message. */
export const queuesMax = 1_000;
export const queuesBytesMax = 200_000;

const queueSchema = z.strictObject({ role: word, labels: words });
const hubSchema = z.strictObject({ version: word, queues: z.array(queueSchema).max(queuesMax) });
export type HubEntry = z.infer<typeof hubSchema>;

/** What it takes to read it. */
export type Register = Pick<Servers, 'jsm' | 'register' | 'registerName'>;

export const hubDeskOf = (life: string): string => `hub/${life}`;
const hubKey = (desk: string): string => `hub.${desk.slice('hub/'.length)}`;

export function keyOf(desk: string): string {
  if (desk.startsWith('hub/')) return hubKey(desk);
  const [, name = '', life = ''] = desk.split('/');
  return `worker.${token(name)}.${life}`;
}

/** Null: it is there no more, or makes no sense. */
export interface Seen<Entry> {
  readonly desk: string;
  readonly entry: Entry | null;
}

export function readWorker(key: string, text: string): Seen<WorkerEntry> | null {
  const [, name = '', life = ''] = key.split('.');
  const read = workerSchema.safeParse(jsonIn(text));
  if (!read.success || token(read.data.name) !== name || life === '') return null;
  return { desk: deskOf(read.data.name, life), entry: read.data };
}

export function readHub(key: string, text: string): Seen<HubEntry> | null {
  const read = hubSchema.safeParse(jsonIn(text));
  return read.success ? { desk: hubDeskOf(key.slice('hub.'.length)), entry: read.data } : null;
}

/** Calls with every entry of that kind, those that are there at first; text is null at its end. */
export function watchRegister(
  { nc, jsm, clock, registerName }: Servers,
  kind: 'worker' | 'hub',
  name: string,
  heard: (key: string, text: string | null) => void,
): Inlet {
  const before = `$KV.${registerName}.`;
  const inlet = new Inlet({
    ...{ nc, jsm, clock, name, since: 'beginning' },
    stream: `KV_${registerName}`,
    filter: `${before}${kind}.>`,
    take: (message) => {
      const key = message.subject.slice(before.length);
      heard(key, message.headers?.get('KV-Operation') ? null : message.string());
    },
  });
  void inlet.open();
  return inlet;
}

/** The text of an entry; null: it is there no more. Rejects when no server answers. */
export async function entryAt(
  { register }: Pick<Register, 'register'>,
  key: string,
): Promise<string | null> {
  const entry = await register.get(key);
  return entry?.operation === 'PUT' ? entry.string() : null;
}

/** All of that kind, by single questions: a consumer may be on a server that has just died. */
export async function entriesOf(
  servers: Register,
  kind: 'worker' | 'hub',
): Promise<readonly { readonly key: string; readonly text: string }[]> {
  const { jsm, registerName } = servers;
  const before = `$KV.${registerName}.`;
  const wish = { subjects_filter: `${before}${kind}.>` };
  const { state } = await jsm.streams.info(`KV_${registerName}`, wish);
  const keys = Object.keys(state.subjects ?? {}).map((subject) => subject.slice(before.length));
  const texts = await Promise.all(keys.map((key) => entryAt(servers, key)));
  return keys.flatMap((key, at) => {
    const text = texts[at] ?? null;
    return text === null ? [] : [{ key, text }];
  });
}

/**
 * One's own entry.
 *
 * Invariant: once the servers have forgotten it it is not there again under the same key.
 */
export class OwnEntry {
  readonly #servers: Servers;
  readonly #key: string;
  #revision = 0;

  constructor(servers: Servers, key: string) {
    this.#servers = servers;
    this.#key = key;
  }

  /** Rejects with `worker.unknown` when it was forgotten; any other error may pass. */
  async write(value: object): Promise<void> {
    const { js, registerName, leaseMs } = this.#servers;
    const expect = { lastSubjectSequence: this.#revision };
    const subject = `$KV.${registerName}.${this.#key}`;
    try {
      const timeout = Math.max(500, leaseMs / 3);
      const { seq } = await js.publish(subject, JSON.stringify(value), { expect, timeout });
      this.#revision = seq;
    } catch (error) {
      await this.#lookAgain();
      throw error;
    }
  }

  async remove(): Promise<void> {
    await this.#servers.register.delete(this.#key);
  }

  /** What was written before may be there, and its answer lost. */
  async #lookAgain(): Promise<void> {
    const entry = await this.#servers.register.get(this.#key);
    if (entry?.operation === 'PUT') this.#revision = entry.revision;
    else if (this.#revision > 0) throw forgotten();
  }
}

function forgotten(): UserError {
  return new UserError('worker.unknown', 'its lease is over', 'join again');
}

/** The files of runs in the store of the servers: whose they are, and how they go. */
import { z } from 'zod';
import type { Store } from './store.ts';

const metaSchema = z.looseObject({
  name: z.string().min(1),
  nuid: z.string().min(1),
  size: z.number().min(0),
});

export interface StoredFile {
  readonly run: string;
  readonly bytes: number;
  /** When it was brought, by the servers' clock. */
  readonly atMs: number;
  /** Both of what it is kept under. */
  readonly subjects: readonly [string, string];
}

type Parts = Pick<Store, 'jsm' | 'reader' | 'prefix'>;

const askedAtOnce = 32;

/** All of them, with the marks of those that were deleted. */
export async function storedFiles(store: Parts): Promise<readonly StoredFile[]> {
  const bucket = `${store.prefix}_files`;
  const wish = { subjects_filter: `$O.${bucket}.M.>` };
  const { state } = await store.jsm.streams.info(`OBJ_${bucket}`, wish);
  const files = await inTurn(Object.keys(state.subjects ?? {}), async (subject) => {
    const message = await store.reader.newest(`OBJ_${bucket}`, subject);
    return message && fileIn(bucket, subject, message.data, message.time.getTime());
  });
  return files.filter((file) => file !== null);
}

export async function removeFile(
  { jsm, reader, prefix }: Parts,
  { subjects }: StoredFile,
  signal: AbortSignal,
): Promise<void> {
  const stream = `OBJ_${prefix}_files`;
  // What it holds goes first: nothing would lead to it else.
  for (const filter of subjects) {
    await reader.patiently(signal, () => jsm.streams.purge(stream, { filter }));
  }
}

/** Pieces of files that were never finished, or were brought twice at once: nothing leads there. */
export async function removePieces(
  { jsm, reader, prefix }: Parts,
  files: readonly StoredFile[],
  beforeMs: number,
): Promise<void> {
  const [bucket, stream] = [`$O.${prefix}_files`, `OBJ_${prefix}_files`];
  const { state } = await jsm.streams.info(stream, { subjects_filter: `${bucket}.C.>` });
  const led = new Set(files.map(({ subjects: [pieces] }) => pieces));
  const loose = Object.keys(state.subjects ?? {}).filter((subject) => !led.has(subject));
  await inTurn(loose, async (filter) => {
    const newest = await reader.newest(stream, filter);
    if (newest && newest.time.getTime() < beforeMs) await jsm.streams.purge(stream, { filter });
  });
}

/** A few questions at a time. */
export async function inTurn<Item, Answer>(
  items: readonly Item[],
  ask: (item: Item) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (let at = 0; at < items.length; at += askedAtOnce) {
    answers.push(...(await Promise.all(items.slice(at, at + askedAtOnce).map(ask))));
  }
  return answers;
}

/** Null: none of us has written it. */
function fileIn(
  bucket: string,
  subject: string,
  data: Uint8Array,
  atMs: number,
): StoredFile | null {
  try {
    const { name, nuid, size } = metaSchema.parse(JSON.parse(new TextDecoder().decode(data)));
    const [run = ''] = name.split('/');
    return { run, bytes: size, atMs, subjects: [`$O.${bucket}.C.${nuid}`, subject] };
  } catch {
    return null;
  }
}

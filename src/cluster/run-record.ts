/**
 * What the stream of a run holds, message by message. Pure.
 *
 * Each message is a line of JSON and the bytes it speaks of.
 */
import { z } from 'zod';

const count = z.number().int().min(0);
/** Of the run's folder: what firm files, words and artifacts can be called, and nothing else. */
const path = z
  .string()
  .min(1)
  .max(1_000)
  .refine((text) => /^(order\.json$|base-\d+\.json$|(streams|artifacts)\/.)/.test(text))
  .refine((text) => !text.includes('\0') && !/(^|[/\\])\.{0,2}([/\\]|$)/.test(text));

const headSchema = z.discriminatedUnion('kind', [
  /** Somebody owns the run from here on; of the journal before, so many bytes count. */
  z.strictObject({ kind: z.literal('fence'), token: count, node: z.string(), keepBytes: count }),
  /** More of the journal. */
  z.strictObject({ kind: z.literal('lines') }),
  /** A file of the run's folder: here, or in the store of files under its hash. */
  z.strictObject({
    kind: z.literal('file'),
    path,
    bytes: count,
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    where: z.enum(['here', 'store']),
  }),
]);

export type Head = z.infer<typeof headSchema>;
export type FileHead = Extract<Head, { kind: 'file' }>;

/** Whether others would believe a file of this name. */
export const isKept = (text: string): boolean => path.safeParse(text).success;

export interface Sent {
  readonly head: Head;
  readonly body: Buffer;
}

export function encode({ head, body }: Sent): Buffer {
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body]);
}

/** Null for what none of us has written. */
export function decode(message: Uint8Array): Sent | null {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const end = bytes.indexOf(10);
  if (end < 0) return null;
  try {
    const head = headSchema.parse(JSON.parse(bytes.toString('utf8', 0, end)));
    return { head, body: bytes.subarray(end + 1) };
  } catch {
    return null;
  }
}

/**
 * What the stream of a run holds, message by message, and what all of it comes to. Pure.
 *
 * Each message is a line of JSON and the bytes it speaks of.
 */
import { z } from 'zod';

const count = z.number().int().min(0);
const path = z
  .string()
  .min(1)
  .max(1_000)
  .refine((text) => !text.startsWith('/') && !text.split('/').includes('..'));

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

export interface Sent {
  readonly head: Head;
  readonly body: Buffer;
}

export interface KeptFile extends FileHead {
  /** Null: in the store of files. */
  readonly content: Buffer | null;
}

/** All that the stream of a run comes to. */
export interface RunCopy {
  readonly journal: Buffer;
  /** By path; the newest of each. */
  readonly files: ReadonlyMap<string, KeptFile>;
  /** Of the last one who owned it; 0: nobody has. */
  readonly token: number;
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

export function copyOf(messages: Iterable<Sent>): RunCopy {
  let pieces: Buffer[] = [];
  let token = 0;
  const files = new Map<string, KeptFile>();
  for (const { head, body } of messages) {
    switch (head.kind) {
      case 'fence':
        token = head.token;
        pieces = [Buffer.concat(pieces).subarray(0, head.keepBytes)];
        break;
      case 'lines':
        pieces.push(body);
        break;
      case 'file':
        files.set(head.path, { ...head, content: head.where === 'here' ? body : null });
        break;
      default:
        break;
    }
  }
  return { journal: Buffer.concat(pieces), files, token };
}

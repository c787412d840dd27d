/** Reads a journal's file line by line in bounded memory, and tells a torn tail from damage. */
import { readSync } from 'node:fs';
import { UserError } from '../kernel/user-error.ts';
import { decodeRecord } from './record.ts';

export interface Scanned {
  readonly record: unknown;
  /** Bytes from the start of the file to the end of this record's line. */
  readonly end: number;
}

const chunkBytes = 1 << 20;
const newline = 0x0a;
const notTorn = 'whole lines follow, so this was no crash';

/**
 * Every whole record from `start` on. Ends quietly at a torn tail; throws `journal.damaged` when a
 * sound record follows a damaged one, or when the first line is whole and damaged: it was on disk
 * before anything followed it. Then something other than a crash has happened.
 */
export function* scan(file: number, name: string, start = 0): Generator<Scanned> {
  let damagedAt: number | null = null;
  let at = start;
  for (const line of lines(file, start)) {
    const end = at + line.length + 1;
    const record = decodeRecord(line);
    if (record === undefined) damagedAt ??= at;
    else if (damagedAt !== null) throw damaged(name, damagedAt, notTorn);
    else yield { record, end };
    at = end;
  }
  if (damagedAt === 0) throw damaged(name, damagedAt, notTorn);
}

/** Without their newline; what stands after the last newline is torn, and no line. */
function* lines(file: number, start: number): Generator<Buffer> {
  let position = start;
  let rest: Buffer = Buffer.alloc(0);
  for (;;) {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    const read = readSync(file, chunk, 0, chunkBytes, position);
    if (read === 0) return;
    position += read;
    const data =
      rest.length > 0 ? Buffer.concat([rest, chunk.subarray(0, read)]) : chunk.subarray(0, read);
    let from = 0;
    for (let to = data.indexOf(newline); to >= 0; to = data.indexOf(newline, from)) {
      yield data.subarray(from, to);
      from = to + 1;
    }
    rest = data.subarray(from);
  }
}

export function damaged(name: string, at: number, why: string): UserError {
  return new UserError(
    'journal.damaged',
    `${name} is damaged at byte ${at}: ${why}`,
    'restore the file from a copy; the records before that byte can still be read',
  );
}

/** Reads a journal's file line by line in bounded memory, and tells a torn tail from damage. */
import { UserError } from '../kernel/user-error.ts';
import { isSound } from './record.ts';

export interface Scanned {
  /** Sound, and not parsed yet: whoever looks for the end of a journal needs nothing more. */
  readonly line: Buffer;
  /** Bytes from the start of the file to the end of this record's line. */
  readonly end: number;
}

/** The bytes of a journal. */
export interface Pages {
  /** Of the file that is read, for messages. */
  readonly path: string;
  /** Places count the bytes as they were written, also in a file that is compacted. */
  read(start: number): Iterable<Buffer>;
  close(): void;
}

const newline = 0x0a;
const notTorn = 'whole lines follow, so this was no crash';

/**
 * Every whole record from `start` on. Ends quietly at a torn tail; throws `journal.damaged` when a
 * sound record follows a damaged one, or when the first line is whole and damaged: it was on disk
 * before anything followed it. Then something other than a crash has happened.
 */
export function* scan(pages: Pages, start = 0): Generator<Scanned> {
  let damagedAt: number | null = null;
  let at = start;
  for (const line of lines(pages.read(start))) {
    const end = at + line.length + 1;
    if (!isSound(line)) damagedAt ??= at;
    else if (damagedAt !== null) throw damaged(pages.path, damagedAt, notTorn);
    else yield { line, end };
    at = end;
  }
  if (damagedAt === 0) throw damaged(pages.path, damagedAt, notTorn);
}

/** Without their newline; what stands after the last newline is torn, and no line. */
function* lines(chunks: Iterable<Buffer>): Generator<Buffer> {
  /** The beginning of a line that goes on: a plan of many tasks is one line of many chunks. */
  let begun: Buffer[] = [];
  for (const chunk of chunks) {
    let from = 0;
    for (let to = chunk.indexOf(newline); to >= 0; to = chunk.indexOf(newline, from)) {
      const last = chunk.subarray(from, to);
      yield begun.length > 0 ? Buffer.concat([...begun, last]) : last;
      begun = [];
      from = to + 1;
    }
    if (from < chunk.length) begun.push(chunk.subarray(from));
  }
}

export function damaged(name: string, at: number, why: string): UserError {
  return new UserError(
    'journal.damaged',
    `${name} is damaged at byte ${at}: ${why}`,
    'restore the file from a copy; the records before that byte can still be read',
  );
}

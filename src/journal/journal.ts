/** The contract of a journal: the kernel's log, held by one writer, whose stop and end are told. */
import type { Log } from '../kernel/log.ts';

/**
 * Promises of every store:
 * - what a resolved `flush` covered is there after a crash of the process or the machine;
 * - `load` and `history` give records in order, without gaps, and never half a record: a torn tail
 *   is cut off, a record that is damaged in the middle is an error that says where;
 * - one writer at a time: a second one is refused with the owner's name;
 * - after an error nothing more is taken, and nothing that was safe is lost;
 * - `store` replaces the stored system whole or not at all.
 */
export interface Journal extends Log {
  /** Bytes of records so far; bounded by the store's own limit. */
  readonly bytes: number;
}

/** The format that this version writes; it reads all that golden journals exist for. */
export const journalFormat = 1;

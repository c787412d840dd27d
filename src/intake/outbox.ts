/**
 * The folder of answers: `<id>.json`, whole or not at all.
 *
 * Invariant: the answer to a task is never written over by a refusal that came later: that one goes
 * beside it, as `<file>.refused.json`.
 */
import { join } from 'node:path';
import { ensureFolder, unwritable, writeForGood } from '../runs/disk.ts';
import type { Answer } from './entry.ts';

/** Longer names are none for many a disk, once an ending is added. */
const nameMaxBytes = 200;

const shortened = (name: string): string =>
  Buffer.byteLength(name) <= nameMaxBytes
    ? name
    : Buffer.from(name).subarray(0, nameMaxBytes).toString();

export class Outbox {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    try {
      ensureFolder(folder);
    } catch (error) {
      throw unwritable(folder, error);
    }
  }

  /** It is safe when this returns. */
  write(answer: Answer): void {
    this.#write(answer.task_id, answer);
  }

  /** `stem`: the name of the file that was refused; `isTaken`: another task has this id. */
  refuse(stem: string, answer: Answer, isTaken: boolean): void {
    this.#write(isTaken ? `${shortened(stem)}.refused` : shortened(answer.task_id), answer);
  }

  #write(name: string, answer: Answer): void {
    writeForGood(join(this.folder, `${name}.json`), `${JSON.stringify(answer, null, 2)}\n`);
  }
}

/**
 * The one database, opened so that what is committed is safe: WAL, and every commit synced.
 *
 * Owns: the connection and its prepared statements.
 * Invariants:
 * - a transaction takes the write lock when it begins: it never fails half way for want of it;
 * - what is deleted is overwritten: forgotten texts are in no free page.
 */
import Libsql from 'libsql';
import { MemoryMistake, messageOf } from '../errors.ts';
import { migrate } from './schema.ts';

export type Value = string | number | null | Buffer;

/** How long another process is waited for that writes. */
const busyMs = 10_000;
/** Pages of the log after which it is copied into the database. */
const checkpointPages = 2_000;

type Statement = Libsql.Statement<unknown[]>;

export class Database {
  readonly file: string;
  readonly #connection: Libsql.Database;
  readonly #statements = new Map<string, Statement>();

  private constructor(file: string, connection: Libsql.Database) {
    this.file = file;
    this.#connection = connection;
  }

  static open(file: string): Database {
    try {
      const connection = new Libsql(file, { timeout: busyMs });
      connection.exec(`
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA secure_delete = ON;
        PRAGMA foreign_keys = ON;
        PRAGMA wal_autocheckpoint = ${checkpointPages};
      `);
      const database = new Database(file, connection);
      migrate(database);
      return database;
    } catch (error) {
      throw explain(error, file);
    }
  }

  /** Several statements, without values. */
  exec(sql: string): void {
    this.#connection.exec(sql);
  }

  /** Answers how many rows it has changed. */
  run(sql: string, ...values: readonly Value[]): number {
    return this.#prepare(sql).run(values).changes;
  }

  /** Each row as an array of its columns. */
  rows<Row extends readonly Value[]>(sql: string, ...values: readonly Value[]): readonly Row[] {
    return this.#prepare(sql).raw().all(values) as Row[];
  }

  row<Row extends readonly Value[]>(sql: string, ...values: readonly Value[]): Row | null {
    return this.rows<Row>(sql, ...values)[0] ?? null;
  }

  /** All of it is done, safely, or nothing. */
  write<Answer>(work: () => Answer): Answer {
    try {
      this.#connection.exec('BEGIN IMMEDIATE');
    } catch (error) {
      throw explain(error, this.file);
    }
    try {
      const answer = work();
      this.#connection.exec('COMMIT');
      return answer;
    } catch (error) {
      if (this.#connection.inTransaction) this.#connection.exec('ROLLBACK');
      throw explain(error, this.file);
    }
  }

  close(): void {
    this.#statements.clear();
    this.#connection.close();
  }

  #prepare(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#connection.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

function explain(error: unknown, file: string): unknown {
  const { code = '' } = error as { code?: string };
  const hint = hintFor(code, file);
  if (hint === null) return error;
  const what = `the memory in ${file} can't be used: ${messageOf(error)}`;
  return new MemoryMistake('memory.unusable', what, hint);
}

function hintFor(code: string, file: string): string | null {
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(code)) {
    return `move ${file} away: what runs have left in their folders is remembered again`;
  }
  if (code.startsWith('SQLITE_BUSY')) return 'another process writes to it: try again';
  if (code.startsWith('SQLITE_FULL')) return 'free some space on its disk';
  if (/^SQLITE_(CANTOPEN|READONLY|PERM|IOERR)/.test(code)) {
    return 'change its permissions, or choose another place with --home';
  }
  return null;
}

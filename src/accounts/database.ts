/**
 * The accounts' database: shared by all processes of a home, one writer at a time, safe on kill -9.
 *
 * Owns: the connection and its prepared statements.
 * Invariants:
 * - a transaction takes the write lock when it begins: two runs never lend the same slot;
 * - what is committed is on the disk: no attempt begins whose loan could be forgotten.
 */
import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Libsql from 'libsql';
import { UserError } from '../kernel/user-error.ts';

export type Value = string | number | null;

/** How long another process is waited for that writes. */
const busyMs = 10_000;
const formatVersion = 1;

const format = `
  CREATE TABLE accounts (
    name TEXT PRIMARY KEY,
    state TEXT NOT NULL
  );
  CREATE TABLE inputs (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    event TEXT NOT NULL
  );
  CREATE TABLE loans (
    loan TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT,
    run TEXT NOT NULL,
    role TEXT NOT NULL,
    agent TEXT NOT NULL,
    task TEXT NOT NULL,
    day INTEGER NOT NULL,
    at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    owner TEXT NOT NULL,
    purses TEXT NOT NULL,
    reserved_usd REAL,
    state TEXT NOT NULL,
    ended_at INTEGER,
    outcome TEXT,
    duration_ms INTEGER,
    input_tokens INTEGER NOT NULL DEFAULT 0,
    output_tokens INTEGER NOT NULL DEFAULT 0,
    cost_usd REAL,
    basis TEXT
  );
  CREATE INDEX loans_open ON loans (owner) WHERE state = 'open';
  CREATE INDEX loans_by_day ON loans (day);
`;

export class Database {
  readonly file: string;
  readonly #connection: Libsql.Database;
  readonly #statements = new Map<string, Libsql.Statement<unknown[]>>();

  private constructor(file: string, connection: Libsql.Database) {
    this.file = file;
    this.#connection = connection;
  }

  /** Made when it is not there. It tells what was done and spent: nobody else reads it. */
  static open(file: string): Database {
    try {
      mkdirSync(dirname(file), { recursive: true });
      const connection = new Libsql(file, { timeout: busyMs });
      connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
      chmodSync(file, 0o600);
      const database = new Database(file, connection);
      database.write(() => database.#prepareFormat());
      return database;
    } catch (error) {
      throw explain(error, file);
    }
  }

  run(sql: string, ...values: readonly Value[]): number {
    return this.#prepare(sql).run(values).changes;
  }

  /** Each row as an object by the names of its columns. */
  rows<Row>(sql: string, ...values: readonly Value[]): readonly Row[] {
    return this.#prepare(sql).all(values) as Row[];
  }

  /** All of it is done, safely, or nothing. */
  write<Answer>(work: () => Answer): Answer {
    try {
      this.#connection.exec('BEGIN IMMEDIATE');
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

  #prepareFormat(): void {
    const [row] = this.rows<{ user_version: number }>('PRAGMA user_version');
    const version = row?.user_version ?? 0;
    if (version === formatVersion) return;
    if (version > formatVersion) {
      const message = `${this.file} was written by a later version of Troupe`;
      throw new UserError('accounts.too-new', message, 'use that version, or another --home');
    }
    this.#connection.exec(`${format} PRAGMA user_version = ${formatVersion};`);
  }

  #prepare(sql: string): Libsql.Statement<unknown[]> {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#connection.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

function explain(error: unknown, file: string): unknown {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  const hint = hintFor(code, file);
  if (hint === null) return error;
  return new UserError('accounts.unusable', `${file} can't be used: ${message}`, hint);
}

function hintFor(code: string, file: string): string | null {
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(code)) return `move ${file} away: what was spent is lost`;
  if (code.startsWith('SQLITE_BUSY')) return 'another process writes to it: try again';
  if (code.startsWith('SQLITE_FULL')) return 'free some space on its disk';
  if (/^SQLITE_(CANTOPEN|READONLY|PERM|IOERR)|^E(ACCES|PERM|ROFS|NOTDIR|EXIST)$/.test(code)) {
    return 'change its permissions, or choose another place with --home';
  }
  return null;
}

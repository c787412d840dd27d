/** The tables, as a list of steps: a database knows how many it has taken. */
import { MemoryMistake } from '../errors.ts';

/**
 * `traces` lies apart from `tasks` because it is read whole when memory is opened. `gone` counts
 * what was taken out, so that whoever holds a copy can follow; it keeps no text. A trace whose
 * vector is that of an earlier one is its twin: an index outside knows the first alone, because
 * many of the same hide all others from it.
 *
 * `archived` holds tasks that are kept and not found, packed; `exports` the files that we have
 * written for a person; `renewed` counts traces that got another vector, as `gone` counts removals.
 */
const steps: readonly string[] = [
  `
  CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

  CREATE TABLE tasks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id TEXT NOT NULL,
    task_id TEXT NOT NULL,
    role TEXT NOT NULL,
    adapter TEXT NOT NULL,
    outcome TEXT NOT NULL,
    prompt TEXT NOT NULL,
    solution TEXT NOT NULL,
    fault TEXT,
    evidence TEXT NOT NULL,
    files TEXT NOT NULL,
    git_commit TEXT,
    cost_usd REAL,
    duration_ms REAL NOT NULL,
    attempts INTEGER NOT NULL,
    finished_at INTEGER NOT NULL,
    remembered_at INTEGER NOT NULL,
    likeness TEXT NOT NULL,
    superseded_by INTEGER,
    pinned INTEGER NOT NULL DEFAULT 0,
    UNIQUE (run_id, task_id)
  );
  CREATE INDEX tasks_likeness ON tasks (likeness);

  CREATE TABLE traces (
    id INTEGER PRIMARY KEY REFERENCES tasks (id) ON DELETE CASCADE,
    embedder TEXT NOT NULL,
    packed BLOB NOT NULL,
    hashes BLOB NOT NULL,
    likeness TEXT NOT NULL,
    twin_of INTEGER
  );
  CREATE INDEX traces_likeness ON traces (likeness);
  CREATE INDEX traces_twin_of ON traces (twin_of) WHERE twin_of IS NOT NULL;

  CREATE TABLE gone (
    count INTEGER PRIMARY KEY AUTOINCREMENT,
    id INTEGER NOT NULL,
    heir INTEGER
  );

  CREATE TABLE forgotten (
    run_id TEXT NOT NULL,
    task_id TEXT NOT NULL,
    PRIMARY KEY (run_id, task_id)
  ) WITHOUT ROWID;

  CREATE TABLE sources (name TEXT PRIMARY KEY, signature TEXT NOT NULL) WITHOUT ROWID;

  CREATE TABLE recalls (
    run_id TEXT NOT NULL,
    task_id TEXT NOT NULL,
    source INTEGER NOT NULL,
    recalled_at INTEGER NOT NULL,
    PRIMARY KEY (run_id, task_id, source)
  ) WITHOUT ROWID;

  CREATE TABLE feeds (
    name TEXT PRIMARY KEY,
    mark INTEGER NOT NULL,
    gone INTEGER NOT NULL,
    count INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
  `
  ALTER TABLE tasks ADD COLUMN checked_at INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE tasks ADD COLUMN stale_why TEXT;
  CREATE INDEX tasks_checked_at ON tasks (checked_at);
  CREATE INDEX recalls_source ON recalls (source);

  CREATE TABLE archived (
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL,
    task_id TEXT NOT NULL,
    archived_at INTEGER NOT NULL,
    why TEXT NOT NULL,
    content BLOB NOT NULL,
    UNIQUE (run_id, task_id)
  );

  CREATE TABLE exports (path TEXT PRIMARY KEY, exported_at INTEGER NOT NULL) WITHOUT ROWID;

  CREATE TABLE renewed (count INTEGER PRIMARY KEY AUTOINCREMENT, id INTEGER NOT NULL);
  ALTER TABLE feeds ADD COLUMN renewed INTEGER NOT NULL DEFAULT 0;
  `,
];

/** What a step needs of the database. */
interface Base {
  readonly file: string;
  readonly exec: (sql: string) => void;
  readonly row: <Row extends readonly number[]>(sql: string) => Row | null;
  readonly write: <Answer>(work: () => Answer) => Answer;
}

export function migrate(database: Base): void {
  if (versionOf(database) === steps.length) return;
  database.write(() => {
    // Another process may have been faster.
    const version = versionOf(database);
    if (version > steps.length) throw tooNew(database.file, version);
    for (const step of steps.slice(version)) database.exec(step);
    database.exec(`PRAGMA user_version = ${steps.length}`);
  });
}

function versionOf(database: Base): number {
  return database.row<[number]>('PRAGMA user_version')?.[0] ?? 0;
}

function tooNew(file: string, version: number): MemoryMistake {
  return new MemoryMistake(
    'memory.too-new',
    `${file} was written by a newer version (its format is ${version}, known is ${steps.length})`,
    'install the newest version of Troupe',
  );
}

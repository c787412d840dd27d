/** One holder of a file at a time: the system itself lets go of it when its process is gone. */
import Libsql from 'libsql';

export interface FileLock {
  readonly release: () => void;
}

/** Null when somebody else holds it. */
export function takeFileLock(file: string): FileLock | null {
  const connection = new Libsql(file, { timeout: 1 });
  try {
    connection.exec('BEGIN EXCLUSIVE');
    return { release: () => connection.close() };
  } catch (error) {
    connection.close();
    if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY')) return null;
    throw error;
  }
}

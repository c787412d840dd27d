/** Asks systemd for the units of this person; where there is none, says so. */
import { execFile } from 'node:child_process';

export type Asked =
  | { readonly kind: 'done'; readonly said: string }
  | { readonly kind: 'refused'; readonly said: string }
  /** There is no systemd here, or none for persons. */
  | { readonly kind: 'absent'; readonly said: string };

const patienceMs = 30_000;

export function systemctl(words: readonly string[]): Promise<Asked> {
  return new Promise((resolve) => {
    const done = (error: Error | null, stdout: string, stderr: string): void => {
      const said = (stdout || stderr || error?.message || '').trim();
      if (!error) return resolve({ kind: 'done', said });
      const isAbsent = /ENOENT|Failed to connect|not been booted|No medium found/.test(
        `${error.message} ${stderr}`,
      );
      resolve({ kind: isAbsent ? 'absent' : 'refused', said });
    };
    execFile('systemctl', ['--user', ...words], { timeout: patienceMs }, done);
  });
}

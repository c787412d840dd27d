/** Which version of a program is there, from its `--version`. */
import { execFile } from 'node:child_process';

/** A cold start of a program of 400 MB from a slow disk. */
const answerWithinMs = 30_000;

/** The first thing that looks like a version; null when nothing does. */
export function versionIn(text: string): string | null {
  return /\b(\d+\.\d+\.\d+)\b/.exec(text)?.[1] ?? null;
}

export function isOlder(version: string, than: string): boolean {
  const [ours, theirs] = [version.split('.').map(Number), than.split('.').map(Number)];
  const differs = [0, 1, 2].find((at) => ours[at] !== theirs[at]);
  return differs !== undefined && (ours[differs] ?? 0) < (theirs[differs] ?? 0);
}

/** What it printed; null when it could not be run or did not answer. */
export function askProgram(
  path: string,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string | null> {
  return new Promise((resolve) => {
    const options = {
      env,
      timeout: answerWithinMs,
      killSignal: 'SIGKILL',
      encoding: 'utf8',
    } as const;
    const child = execFile(path, [...words], options, (error, stdout) =>
      resolve(error === null ? stdout : null),
    );
    child.stdin?.end();
  });
}

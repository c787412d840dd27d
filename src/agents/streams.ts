/** Where the words of an attempt are kept, so that whoever shows them finds them while it runs. */
import type { TaskId, Token } from '../../machines/ids.ts';

/** File systems stop at 255 bytes; the token alone already tells two attempts apart. */
const folderMaxCharacters = 60;

/** All under the run's folder, with `/`. A file is made with the first word on its stream. */
export interface StreamPaths {
  readonly stdout: string;
  readonly stderr: string;
  /** What a program that speaks a protocol on stdout gave as its answer, when that is long. */
  readonly answer: string;
}

export function streamPaths(task: TaskId, token: Token): StreamPaths {
  const stem = `streams/${folderName(task)}/${token}`;
  return {
    stdout: `${stem}.out.txt`,
    stderr: `${stem}.err.txt`,
    answer: `${stem}.answer.txt`,
  };
}

/** A task may be called anything; a folder may not lead out of its parent. */
function folderName(task: TaskId): string {
  const plain = task.replace(/[^\p{L}\p{N}._-]/gu, '_').replace(/^\./, '_');
  return plain.slice(0, folderMaxCharacters) || '_';
}

/** What a run was for: the answers of its last tasks, on stdout for the next program. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { type RunView, readResult, type SeenRun, type TaskResult } from '../../src/index.ts';
import type { Output } from '../terminal/render.ts';
import { plainText } from '../terminal/text.ts';

/** More would be no short answer; all of them lie in the folder of the results. */
const answersMax = 20;

/** Those that succeeded and that nobody else needed, in the order of the plan. */
export async function printAnswers(run: SeenRun, output: Output): Promise<void> {
  const tasks = lastTasks(run.view());
  const shown = tasks.slice(0, answersMax);
  let gap = '';
  for (const task of shown) {
    const result = await readResult(run.folder, task);
    if (result?.status !== 'completed') continue;
    if (tasks.length > 1) await output.write(`${gap}==> ${task} <==\n`);
    await printAnswer(run, result, output);
    gap = '\n';
  }
  const more = tasks.length - shown.length;
  if (more > 0) await output.write(`${gap}==> and ${more} more <==\n`);
}

/** What a task asked of others is told by itself. */
function lastTasks({ tasks }: RunView): readonly string[] {
  const needed = new Set(tasks.flatMap(({ needs }) => needs));
  const last = tasks.filter(({ id, parent }) => parent === null && !needed.has(id));
  return last.map(({ id }) => id);
}

/** Byte for byte into a pipe; made harmless for a terminal. Ends with a newline. */
async function printAnswer(run: SeenRun, result: TaskResult, output: Output): Promise<void> {
  let last = '\n';
  for await (const piece of piecesOf(run, result)) {
    const text = output.isTerminal ? plainText(piece) : piece;
    last = text.at(-1) ?? last;
    await output.write(text);
  }
  if (last !== '\n') await output.write('\n');
}

/** The result file has only the end of a long output. */
function piecesOf(run: SeenRun, { output, output_file: file }: TaskResult) {
  if (file === null) return [output];
  return createReadStream(join(run.folder.path, file), 'utf8') as AsyncIterable<string>;
}

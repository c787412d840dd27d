/** Keeps an agent's answer: in the record when it is short, on disk when it is long. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { OutputRef } from '../../machines/outcome.ts';
import type { Assignment } from './agent.ts';
import { tailMaxBytes } from './processes/capture.ts';
import { streamPaths } from './streams.ts';

/** Short answers go into the record; a long one lies on disk, whole, before anybody hears of it. */
export async function keepAnswer(
  answer: string,
  { task, token }: Assignment,
  runFolder: string,
): Promise<OutputRef> {
  const bytes = Buffer.from(answer);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (bytes.length <= tailMaxBytes) return { path: '', bytes: bytes.length, sha256, text: answer };
  const path = streamPaths(task, token).answer;
  const file = await open(join(runFolder, path), 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  return { path, bytes: bytes.length, sha256, text: answer.slice(-tailMaxBytes / 4) };
}

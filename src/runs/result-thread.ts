/** The thread that puts results on disk: one batch of files after the other, each answered. */
import { parentPort } from 'node:worker_threads';
import { isUserError } from '../kernel/user-error.ts';
import { type Draft, writeNew } from './disk.ts';
import { fromOneText } from './one-text.ts';
import type { Filed } from './result-files.ts';

parentPort?.on('message', (packed: string) => {
  parentPort?.postMessage(filed(fromOneText(packed)));
});

function filed(drafts: readonly Draft[]): Filed {
  try {
    writeNew(drafts);
    return null;
  } catch (error) {
    if (!isUserError(error)) throw error;
    const { code, message, hint } = error;
    return { code, message, hint };
  }
}

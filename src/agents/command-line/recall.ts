/** Reads the stream of an attempt whose runtime was killed: the session is paid for already. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { unknownUsage } from '../../../machines/outcome.ts';
import type { Left, LostAttempt } from '../agent.ts';
import { Lines } from '../lines.ts';
import { Testimony } from '../listening/testimony.ts';
import { settle } from '../listening/usage.ts';
import { streamPaths } from '../streams.ts';
import type { Dialect } from './dialect.ts';
import { signsIn } from './ear.ts';

export async function recall(
  { task, token, earlier }: LostAttempt,
  dialect: Dialect,
  runFolder: string,
): Promise<Left> {
  const told = new Testimony();
  const lines = new Lines((line) => {
    for (const sign of signsIn(dialect, line)) told.hear(sign);
  });
  await readInto(lines, join(runFolder, streamPaths(task, token).stdout));
  const before = earlier?.session ?? null;
  const id = told.session ?? before?.id ?? null;
  if (id === null) return { usage: unknownUsage };
  const { used, counters } = settle(told.counted, before);
  // Whatever was counted, more may have been used after that.
  const usage = { ...used, costUsd: unknownUsage.costUsd };
  return { usage, session: { id, counted: counters } };
}

/** A file that is not there has no lines. */
async function readInto(lines: Lines, path: string): Promise<void> {
  try {
    for await (const text of createReadStream(path, 'utf8') as AsyncIterable<string>) {
      lines.add(text);
    }
    lines.end();
  } catch {
    // The attempt said nothing, or its words are gone: then it is made anew.
  }
}

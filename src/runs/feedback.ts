/** What the checks and reviewers said of the attempt before, in full, for the one that mends it. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Earlier, Evidence } from '../../machines/outcome.ts';

/** Of one check's output: its end, which is where programs say what is wrong. */
const outputMaxBytes = 8_000;
/** Of all that is said. */
const feedbackMaxCharacters = 32_000;

/** Empty when there is nothing to be said. */
export async function feedbackOf(earlier: Earlier | undefined, runPath: string): Promise<string> {
  // Of a conflict its place of work tells, with the files in it.
  const failed = (earlier?.failed ?? []).filter(({ kind }) => kind !== 'merge');
  if (failed.length === 0) return '';
  const parts = await Promise.all(failed.map((evidence) => wordsOf(evidence, runPath)));
  const text = ['Your last attempt was looked at, and this was found wrong:', ...parts];
  return text.join('\n\n').slice(0, feedbackMaxCharacters);
}

async function wordsOf({ summary, facts }: Evidence, runPath: string): Promise<string> {
  const [out, err] = await Promise.all(
    [facts.output, facts.errors].map((path) => endOf(path, runPath)),
  );
  const said = [out, err].filter((words) => words !== '').join('\n');
  const [first = ''] = summary.split('\n');
  return said === '' ? `- ${summary}` : `- ${first}\nIts output ended so:\n${fenced(said)}`;
}

/** A fence longer than any in the text. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}

/** What is not there any more is not missed: the summary says the most of it. */
async function endOf(path: unknown, runPath: string): Promise<string> {
  if (typeof path !== 'string' || path === '') return '';
  try {
    const file = await open(join(runPath, path));
    try {
      const { size } = await file.stat();
      const length = Math.min(size, outputMaxBytes);
      const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
      return readable(buffer.toString('utf8'));
    } finally {
      await file.close();
    }
  } catch {
    return '';
  }
}

function readable(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[^\P{Cc}\t\n]/gu, '')
    .trim();
}

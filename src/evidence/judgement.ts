/** Reads a reviewer's verdict out of its words: what is not clearly one is none. */
import { z } from 'zod';
import type { Judgement } from '../../machines/outcome.ts';

const reasonsMax = 20;
const reasonMaxCharacters = 1_000;
/** Verdicts, and what looks like the beginning of one, that are looked at from the end. */
const candidatesMax = 200;

const verdictShape = z
  .object({
    verdict: z.enum(['accept', 'reject']),
    reasons: z.array(z.string()).optional(),
    reason: z.string().optional(),
  })
  // An author can't mend what nobody names.
  .refine(({ verdict, ...given }) => verdict === 'accept' || reasonsOf(given).length > 0);

/**
 * Null when there is no verdict, when it is cut or misshapen, and when there are two that differ: a
 * reviewer may quote what the author would like it to say.
 */
export function judgementIn(text: string): Judgement | null {
  const found = objectsIn(text).map(readVerdict);
  const [last] = found;
  if (!last || found.some((each) => each === null || each.accepts !== last.accepts)) return null;
  return last;
}

function readVerdict(value: unknown): Judgement | null {
  const read = verdictShape.safeParse(value);
  if (!read.success) return null;
  const { verdict, ...given } = read.data;
  return { accepts: verdict === 'accept', reasons: reasonsOf(given) };
}

interface Given {
  readonly reasons?: readonly string[] | undefined;
  readonly reason?: string | undefined;
}

function reasonsOf({ reasons = [], reason = '' }: Given): readonly string[] {
  return [...reasons, reason]
    .map((each) => each.replace(/[^\P{Cc}\t\n]/gu, ' ').trim())
    .filter((each) => each !== '')
    .map((each) => each.slice(0, reasonMaxCharacters))
    .slice(0, reasonsMax);
}

/** The objects of a text that name a verdict, the last first. */
function objectsIn(text: string): readonly unknown[] {
  const objects: unknown[] = [];
  let end = text.length;
  for (let looked = 0; looked < candidatesMax; looked += 1) {
    const start = text.lastIndexOf('{', end - 1);
    if (start < 0 || end === 0) break;
    const value = objectAt(text, start);
    if (namesVerdict(value)) objects.push(value);
    end = start;
  }
  return objects;
}

const namesVerdict = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'verdict' in value;

/** Undefined when nothing that begins there is JSON. */
function objectAt(text: string, start: number): unknown {
  const end = endOfObject(text, start);
  if (end === null) return undefined;
  try {
    return JSON.parse(text.slice(start, end));
  } catch {
    return undefined;
  }
}

/** Where the braces that open at `start` are closed again; braces in texts do not count. */
function endOfObject(text: string, start: number): number | null {
  let depth = 0;
  let inText = false;
  for (let at = start; at < text.length; at += 1) {
    const letter = text[at];
    if (inText && letter === '\\') at += 1;
    else if (letter === '"') inText = !inText;
    else if (!inText && letter === '{') depth += 1;
    else if (!inText && letter === '}') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return null;
}

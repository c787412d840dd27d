/** What changed between two versions of a document: line by line where both are texts. */
import { diffLines, type LineChange } from '../../memory/prompts/line-diff.ts';

export type Comparison =
  | { readonly kind: 'same' }
  | { readonly kind: 'binary' }
  | { readonly kind: 'texts'; readonly changes: readonly LineChange[] };

/** Longer ones are compared by their hash only. */
const comparedMaxBytes = 16 * 1024 * 1024;

export function compareContents(before: Buffer, after: Buffer): Comparison {
  if (before.equals(after)) return { kind: 'same' };
  const [old, fresh] = [textOf(before), textOf(after)];
  if (old === null || fresh === null) return { kind: 'binary' };
  return { kind: 'texts', changes: changesBetween(old, fresh) };
}

/** Null for what is no text, or is too long to be shown as one. */
export function textOf(content: Buffer): string | null {
  if (content.length > comparedMaxBytes || content.includes(0)) return null;
  const text = content.toString('utf8');
  return Buffer.from(text).equals(content) ? text : null;
}

/** What both begin and end with is not compared: that is nearly all of a long text. */
function changesBetween(old: string, fresh: string): readonly LineChange[] {
  const [before, after] = [old.split('\n'), fresh.split('\n')];
  const least = Math.min(before.length, after.length);
  let begin = 0;
  while (begin < least && before[begin] === after[begin]) begin += 1;
  let end = 0;
  while (end < least - begin && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const [gone, come] = [before, after].map((lines) => lines.slice(begin, lines.length - end));
  const [head, tail] = [after.slice(0, begin), after.slice(after.length - end)];
  return [...each('same', head), ...between(gone ?? [], come ?? []), ...each('same', tail)];
}

function between(gone: readonly string[], come: readonly string[]): readonly LineChange[] {
  if (gone.length === 0) return each('added', come);
  if (come.length === 0) return each('removed', gone);
  return diffLines(gone.join('\n'), come.join('\n'));
}

const each = (kind: LineChange['kind'], lines: readonly string[]): readonly LineChange[] =>
  lines.map((line) => ({ kind, line }));

/** Finds a path of a plan again in the text, and an offset as line and column. */
import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, LineCounter } from 'yaml';
import type { Place, Position } from '../problems/report.ts';

export type Locate = (place: Place) => Position | null;

/** `parsed` is called once, and only when something is wrong. */
export function createLocate(text: string, parsed: () => Document.Parsed | null): Locate {
  const linesOf = once(() => countLines(text));
  const documentOf = once(parsed);
  return (place) => {
    const document = documentOf();
    if (!document) return null;
    const range = rangeOf(document, place);
    const offset = place.needle === undefined ? -1 : text.indexOf(place.needle, range.start);
    const isInside = offset >= 0 && offset < range.end;
    return positionAt(linesOf(), isInside ? offset : range.start);
  };
}

/** The position of an offset, for mistakes found before there is any path. */
export function locateOffset(text: string, offset: number): Position {
  return positionAt(countLines(text), offset);
}

function countLines(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    lines.addNewLine(at + 1);
  }
  return lines;
}

function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Of the value or key at the path, or of the nearest thing above it that is there. */
function rangeOf(document: Document.Parsed, { path, at }: Place): Range {
  let node: unknown = document.contents;
  let key: unknown = null;
  let range = rangeOfNode(node) ?? { start: 0, end: 0 };
  for (const part of path) {
    const child = childOf(isAlias(node) ? resolved(node, document) : node, part);
    if (!child) return range;
    node = child.value;
    key = child.key;
    range = rangeOfNode(node) ?? rangeOfNode(key) ?? range;
  }
  return at === 'key' ? (rangeOfNode(key) ?? range) : range;
}

interface Child {
  readonly key: unknown;
  readonly value: unknown;
}

function childOf(node: unknown, part: string | number): Child | null {
  if (isSeq(node) && typeof part === 'number') {
    return part < node.items.length ? { key: null, value: node.items[part] } : null;
  }
  if (!isMap(node)) return null;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
  return pair ? { key: pair.key, value: pair.value } : null;
}

function resolved(alias: Alias, document: Document.Parsed): unknown {
  return alias.resolve(document);
}

function rangeOfNode(node: unknown): Range | null {
  const { range } = (node ?? {}) as { readonly range?: readonly number[] | null };
  const [start, end] = range ?? [];
  return start === undefined || end === undefined ? null : { start, end };
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

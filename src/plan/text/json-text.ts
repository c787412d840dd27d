/** Strict JSON once more by hand: for what `JSON.parse` lets pass or can't place. */

export interface JsonFault {
  readonly code: 'plan.duplicate-key' | 'plan.syntax';
  readonly offset: number;
  /** The key that is there twice, or what was expected. */
  readonly told: string;
}

/** What may come next. `more`: a comma or the end of the list or map. */
type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | 'more' | 'end';

interface Token {
  /** A bracket, brace, comma or colon itself; else what it is. */
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}

/** The keys of an open map so far, or null for an open list. */
type Open = Set<string> | null;

/** Every key that is there twice, and the first thing that is no JSON. Never throws; linear. */
export function scanJson(text: string): readonly JsonFault[] {
  const faults: JsonFault[] = [];
  const open: Open[] = [];
  let expected: Expected = 'value';
  for (let at = 0; ; ) {
    const token = readToken(text, at);
    if (token.kind === 'end' && expected === 'end') return faults;
    const next = step(token.kind, expected, open);
    if (next === null) return [...faults, wrong(expected, open, token)];
    if (next === ':' && !takeKey(text, token, open)) faults.push(twice(text, token));
    expected = next;
    at = token.end;
  }
}

/** What may follow this token, or null when it may not stand here. Keeps `open` as it goes. */
function step(kind: string, expected: Expected, open: Open[]): Expected | null {
  switch (expected) {
    case 'end':
      return null;
    case ':':
      return kind === ':' ? 'value' : null;
    case 'more':
      if (kind === ',') return open.at(-1) ? 'key' : 'value';
      return kind === (open.at(-1) ? '}' : ']') ? close(open) : null;
    case 'key':
    case 'key or }':
      if (kind === '}' && expected === 'key or }') return close(open);
      return kind === 'string' ? ':' : null;
    default:
      if (kind === ']' && expected === 'value or ]') return close(open);
      if (kind === '{') return begin(open, new Set(), 'key or }');
      if (kind === '[') return begin(open, null, 'value or ]');
      return kind === 'string' || kind === 'scalar' ? after(open) : null;
  }
}

function begin(open: Open[], keys: Open, expected: Expected): Expected {
  open.push(keys);
  return expected;
}

function close(open: Open[]): Expected {
  open.pop();
  return after(open);
}

const after = (open: readonly Open[]): Expected => (open.length > 0 ? 'more' : 'end');

const brokenString = 'broken string';
const space = /[ \t\r\n]*/y;
const scalar = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.])/y;

function readToken(text: string, from: number): Token {
  const start = matchEnd(space, text, from) ?? from;
  const letter = text[start];
  if (letter === undefined) return { kind: 'end', start, end: start };
  if ('{}[],:'.includes(letter)) return { kind: letter, start, end: start + 1 };
  const end = letter === '"' ? stringEnd(text, start) : matchEnd(scalar, text, start);
  if (end === null) return { kind: letter === '"' ? brokenString : 'wrong', start, end: start };
  return { kind: letter === '"' ? 'string' : 'scalar', start, end };
}

function matchEnd(pattern: RegExp, text: string, from: number): number | null {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : null;
}

const plain = /[^"\\\p{Cc}]*/uy;
const escaped = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** By hand between the plain stretches: one expression for all runs out of stack on long texts. */
function stringEnd(text: string, start: number): number | null {
  let at: number | null = start + 1;
  while (at !== null) {
    at = matchEnd(plain, text, at) ?? at;
    if (text[at] === '"') return at + 1;
    at = matchEnd(escaped, text, at);
  }
  return null;
}

/** False when the innermost open map has the key already. */
function takeKey(text: string, { start, end }: Token, open: readonly Open[]): boolean {
  const keys = open.at(-1);
  const key = keyOf(text, start, end);
  if (!keys) return true;
  const isNew = !keys.has(key);
  keys.add(key);
  return isNew;
}

/** As it is meant: `"n\u0061me"` is `name`. */
const keyOf = (text: string, start: number, end: number): string =>
  String(JSON.parse(text.slice(start, end)));

function twice(text: string, { start, end }: Token): JsonFault {
  return { code: 'plan.duplicate-key', offset: start, told: keyOf(text, start, end) };
}

function wrong(expected: Expected, open: readonly Open[], { kind, start }: Token): JsonFault {
  const words: Readonly<Record<Expected, string>> = {
    value: 'a value',
    'value or ]': 'a value or "]"',
    key: 'a key in double quotes',
    'key or }': 'a key in double quotes or "}"',
    ':': '":"',
    more: open.at(-1) ? '"," or "}"' : '"," or "]"',
    end: 'the end of the file',
  };
  const told =
    kind === brokenString ? 'a text on one line with its end in quotes' : words[expected];
  return { code: 'plan.syntax', offset: start, told };
}

/** YAML text to nodes, bounded while it is parsed, its mistakes told with their offset. */
import {
  type Alias,
  Composer,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  type Pair,
  Parser,
} from 'yaml';
import { nearest } from '../problems/nearest.ts';
import { quote } from '../problems/problem.ts';
import { depthMax } from './bounds.ts';

/** A mistake in the text itself, before there are paths. */
export interface TextFault {
  readonly code: string;
  readonly offset: number;
  readonly message: string;
  readonly fix: string;
}

export interface ParsedYaml {
  readonly document: Document.Parsed | null;
  readonly faults: readonly TextFault[];
  /** How many values the text holds. */
  readonly written: number;
}

/** Resolving an alias looks at all of them. */
const aliasesMax = 10_000;

const options = {
  // Checked below instead: the library compares every key of a map with every other.
  uniqueKeys: false,
  stringKeys: true,
  prettyErrors: false,
  resolveKnownTags: false,
  logLevel: 'silent',
} as const;

class TooDeep extends Error {
  readonly offset: number;
  constructor(offset: number) {
    super('nested too deep');
    this.offset = offset;
  }
}

/** Never throws; the document is there when nothing is wrong with it. */
export function parseYaml(text: string): ParsedYaml {
  try {
    const [document, second] = compose(text);
    if (!document) return { document: null, faults: [], written: 0 };
    if (second) return failed(manyDocuments(second));
    const [error] = [...document.errors, ...document.warnings];
    if (error) return failed(syntaxFault(text, error.code, error.message, error.pos[0]));
    return checkNodes(document);
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error;
    const message = `is nested deeper than ${depthMax}`;
    return failed({ code: 'plan.too-deep', offset: error.offset, message, fix: '' });
  }
}

/** For finding paths again: as much of the document as could be understood. */
export function parseLeniently(text: string): Document.Parsed | null {
  try {
    return compose(text)[0] ?? null;
  } catch (error) {
    if (error instanceof TooDeep) return null;
    throw error;
  }
}

const failed = (fault: TextFault): ParsedYaml => ({ document: null, faults: [fault], written: 0 });

/** The first document, and the second one when there are more. */
function compose(text: string): Document.Parsed[] {
  const documents: Document.Parsed[] = [];
  for (const document of new Composer(options).compose(tokensOf(text), true, text.length)) {
    documents.push(document);
    if (documents.length === 2) break;
  }
  return documents;
}

/** As `Parser.parse` does it, but stops at a depth where it would eat the stack or all memory. */
function* tokensOf(text: string): ReturnType<Parser['parse']> {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > 2 * depthMax) throw new TooDeep(parser.offset);
  }
  yield* parser.end();
}

function manyDocuments(second: Document.Parsed): TextFault {
  const message = 'a second document begins here';
  const offset = second.range[0];
  return { code: 'plan.many-documents', offset, message, fix: 'keep one plan in a file' };
}

/** Finds in one pass over the nodes what the library leaves to slower ways. */
function checkNodes(document: Document.Parsed): ParsedYaml {
  const faults: TextFault[] = [];
  const anchors = new Set<string>();
  const ahead: unknown[] = [document.contents];
  let written = 0;
  let aliases = 0;
  while (ahead.length > 0) {
    const node = ahead.pop();
    written += 1;
    if (isAlias(node)) {
      aliases += 1;
      if (!anchors.has(node.source))
        faults.push(unknownAlias(node, faults.length < 20 ? anchors : []));
      else if (aliases > aliasesMax) return failed(tooManyAliases(node));
    } else if (isNode(node) && node.anchor) anchors.add(node.anchor);
    // Backwards, so that they come off the stack in the order of the text.
    if (isSeq(node)) for (const item of node.items.toReversed()) ahead.push(item);
    if (isMap(node)) {
      for (const fault of duplicateKeys(node.items)) faults.push(fault);
      for (const { key, value } of node.items.toReversed()) ahead.push(value, key);
    }
  }
  return { document: faults.length > 0 ? null : document, faults, written };
}

function* duplicateKeys(pairs: readonly Pair[]): Generator<TextFault> {
  const seen = new Set<string>();
  for (const { key } of pairs) {
    if (!isScalar(key)) continue;
    const name = String(key.value);
    if (seen.has(name)) {
      const message = `the key ${quote(name)} is there twice`;
      const offset = key.range?.[0] ?? 0;
      yield { code: 'plan.duplicate-key', offset, message, fix: 'leave one out' };
    }
    seen.add(name);
  }
}

function unknownAlias(alias: Alias, anchors: Iterable<string>): TextFault {
  const near = nearest(alias.source, anchors);
  const message = `nothing above is marked ${quote(`&${alias.source}`)}`;
  const fix =
    near === null ? 'put text that begins with "*" in quotes' : `did you mean "*${near}"?`;
  return { code: 'plan.unknown-alias', offset: alias.range?.[0] ?? 0, message, fix };
}

function tooManyAliases(alias: Alias): TextFault {
  const message = `there are more than ${aliasesMax} aliases`;
  const offset = alias.range?.[0] ?? 0;
  return { code: 'plan.yaml-bomb', offset, message, fix: 'write them out' };
}

const inQuotes = 'put text that holds ": " or begins with a sign in quotes, or after "|" on lines';

/** What helps against the mistakes that people make most. */
const fixes: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  BLOCK_AS_IMPLICIT_KEY: inQuotes,
  BAD_SCALAR_START: inQuotes,
  MULTILINE_IMPLICIT_KEY: 'look for a missing ":" or a wrong indent just above',
  BAD_DQ_ESCAPE: "write the backslash twice, or use '...'",
  TAG_RESOLVE_FAILED: 'put text that begins with "!" in quotes',
};

function syntaxFault(text: string, code: string, told: string, offset: number): TextFault {
  if (code === 'RESOURCE_EXHAUSTION') throw new TooDeep(offset);
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const [line = ''] = text.slice(lineStart, offset + 200).split('\n', 1);
  const isBareTemplate = /[:[,-]\s*\{\{/.test(line);
  const fix = isBareTemplate ? 'put text that begins with "{{" in quotes' : (fixes[code] ?? '');
  const message = isBareTemplate ? '"{{" begins a map in YAML' : lowerFirst(told);
  return { code: 'plan.syntax', offset, message, fix };
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** The text of a document to plain data within bounds: YAML or JSON, mistakes with their line. */
import type { Document } from 'yaml';
import { PlanError, type Problem, quote } from '../problems/problem.ts';
import { createReport, mendHint, type PlanSource } from '../problems/report.ts';
import type { PromptShelf } from '../prompts/prompt-shelf.ts';
import { outOfBounds } from './bounds.ts';
import { scanJson } from './json-text.ts';
import { createLocate, locateOffset } from './locate.ts';
import { parseLeniently, parseYaml, type TextFault } from './yaml-text.ts';

export interface DocumentSource {
  /** As the person named it; an ending `.json` makes it JSON, any other YAML. */
  readonly file: string;
  /** Absolute. */
  readonly folder: string;
  readonly prompts?: PromptShelf;
  /** What belongs into it, for whoever gave an empty one; left out: it was to be a plan. */
  readonly emptyHint?: string;
}

export interface ReadDocument {
  readonly value: unknown;
  readonly source: PlanSource;
}

/** Plain data within bounds, whatever it says. Throws a PlanError when it is none. */
export function readDocument(
  given: string,
  { file, folder, prompts, emptyHint }: DocumentSource,
): ReadDocument {
  const text = given.replace(/^\uFEFF/, '');
  if (text.trim() === '') throw emptyError(file, emptyHint);
  const isJson = /\.json$/i.test(file);
  const { value, written, parsed } = isJson ? readJson(text, file) : readYaml(text, file);
  if (value === null) throw emptyError(file, emptyHint);
  const locate = createLocate(text, parsed);
  const source: PlanSource = {
    ...{ file, folder, defaultName: baseName(file), locate },
    ...(prompts && { prompts }),
  };
  const report = createReport(source);
  const complaint = outOfBounds(value, written);
  if (complaint) report.add(complaint);
  report.throwIfAny();
  return { value, source };
}

interface ReadText {
  readonly value: unknown;
  readonly written: number;
  readonly parsed: () => Document.Parsed | null;
}

function readJson(text: string, file: string): ReadText {
  const faults = scanJson(text).map(({ code, offset, told }): TextFault => {
    const twice = { message: `the key ${quote(told)} is there twice`, fix: 'leave one out' };
    const wrong = { message: `expected ${told}, got ${gotAt(text, offset)}`, fix: '' };
    return { code, offset, ...(code === 'plan.syntax' ? wrong : twice) };
  });
  throwIfAny(faults, text, file);
  const value: unknown = JSON.parse(text);
  return { value, written: text.length, parsed: () => parseLeniently(text) };
}

function gotAt(text: string, offset: number): string {
  const [shown] = /^\S{1,20}/.exec(text.slice(offset, offset + 20)) ?? [];
  return shown === undefined ? 'the end of the file' : quote(shown);
}

function readYaml(text: string, file: string): ReadText {
  const { document, faults, written } = parseYaml(text);
  throwIfAny(faults, text, file);
  // What aliases stand for is bounded by a visit to all of it. The library's own count refuses an
  // innocent anchor that a hundred tasks use, and takes hours for one that is not.
  const value: unknown = document?.toJS({ maxAliasCount: -1 }) ?? null;
  return { value, written, parsed: () => document };
}

function throwIfAny(faults: readonly TextFault[], text: string, file: string): void {
  if (faults.length === 0) return;
  const problems = faults.slice(0, 20).map(({ offset, ...told }): Problem => {
    return { file, key: '', ...locateOffset(text, offset), ...told };
  });
  throw new PlanError(problems, faults.length - problems.length, mendHint(file));
}

function emptyError(file: string, hint = 'A plan has a name, agents and tasks.'): PlanError {
  const place = { file, line: 0, column: 0, key: '' };
  const problem = { ...place, code: 'plan.empty', message: 'there is nothing in it', fix: '' };
  return new PlanError([problem], 0, hint);
}

const baseName = (file: string): string =>
  (file.split(/[\\/]/).at(-1) ?? '').replace(/(?<=.)\.[^.]*$/, '') || 'plan';

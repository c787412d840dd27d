/** Turns what zod found into what a person can act on. */
import type { z } from 'zod';
import { checkShapes, roleShapes } from '../shapes/schema.ts';
import { unknownKey } from './known-keys.ts';
import { nearest } from './nearest.ts';
import { type Path, quote, show, valueAt } from './problem.ts';
import type { Complaint, Report, Said } from './report.ts';

type Issue = z.core.$ZodIssue;

const adapters = Object.keys(roleShapes);

/**
 * `base` leads to the part that was parsed; the first complaint about a value is enough. `whole` is
 * the schema of a document that is no plan: it says which keys its own parts know.
 */
export function complainAbout(
  issues: readonly Issue[],
  document: unknown,
  base: Path,
  report: Report,
  whole: z.ZodType | null = null,
): void {
  const seen = new Set<string>();
  const found = issues.flatMap((issue) => complaintsOf(issue, document, base, whole));
  for (const complaint of found) {
    const place = JSON.stringify([complaint.path, complaint.at]);
    if (!seen.has(place)) report.add(complaint);
    seen.add(place);
  }
}

function complaintsOf(
  issue: Issue,
  document: unknown,
  base: Path,
  whole: z.ZodType | null,
): readonly Complaint[] {
  const path = [...base, ...(issue.path as (string | number)[])];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const { code, ...said } = unknownKey(document, path, key, whole);
        return { code, path: [...path, key], at: 'key', say: () => said };
      });
    case 'invalid_union':
      return issue.discriminator === undefined
        ? unionComplaints(issue, document, path, whole)
        : [adapterComplaint(valueAt(document, path), path)];
    case 'invalid_key': {
      const message = `${issue.issues[0]?.message}, got ${quote(String(path.at(-1)))}`;
      return [{ code: 'plan.bad-key', path, at: 'key', say: () => ({ message }) }];
    }
    default:
      return [valueComplaint(issue, document, path)];
  }
}

/** Speaks of the kind that was most likely meant, or of all of them when none is near. */
function unionComplaints(
  issue: UnionIssue,
  document: unknown,
  path: Path,
  whole: z.ZodType | null,
): readonly Complaint[] {
  const near = issue.errors.filter((kind) => isNear(kind, document, path));
  const [meant] = near.toSorted((one, other) => one.length - other.length);
  if (!meant) return [valueComplaint(issue, document, path)];
  return meant.flatMap((inner) => complaintsOf(inner, document, path, whole));
}

type UnionIssue = z.core.$ZodIssueInvalidUnion;

/** The value is of that kind's type and has that kind's own key, whatever else is wrong. */
function isNear(kind: readonly Issue[], document: unknown, path: Path): boolean {
  return kind.every((issue) => {
    const inner = [...path, ...(issue.path as (string | number)[])];
    if (issue.path.length === 1) return valueAt(document, inner) !== undefined;
    if (issue.path.length > 1 || issue.code !== 'invalid_union') {
      return issue.path.length > 0 || issue.code !== 'invalid_type';
    }
    return issue.errors.some((deeper) => isNear(deeper, document, inner));
  });
}

function adapterComplaint(adapter: unknown, path: Path): Complaint {
  const built = `adapters: ${adapters.join(', ')}`;
  if (adapter === undefined) {
    return { code: 'plan.missing', path, say: () => ({ message: 'is missing', fix: built }) };
  }
  const message = `there is no adapter ${show(adapter)}`;
  const near = typeof adapter === 'string' ? nearest(adapter, adapters) : null;
  const fix = near === null ? built : `did you mean "${near}"?`;
  return { code: 'plan.unknown-adapter', path, say: () => ({ message, fix }) };
}

function valueComplaint(issue: Issue, document: unknown, path: Path): Complaint {
  const value = valueAt(document, path);
  if (value === undefined) {
    const fix = issue.message;
    return { code: 'plan.missing', path, say: () => ({ message: 'is missing', fix }) };
  }
  // What somebody wrote of an account may well be a key, and a key is never shown.
  const say = () => (path[0] === 'accounts' ? { message: issue.message } : describe(issue, value));
  return { code: 'plan.bad-value', path, say };
}

function describe(issue: Issue, value: unknown): Said {
  return { message: `${issue.message}, got ${show(value)}`, fix: fixFor(issue, value) };
}

/** What puts the common slips right: quotes that are missing or too many, brackets, spelling. */
function fixFor(issue: Issue, value: unknown): string {
  if (issue.code === 'invalid_value' && typeof value === 'string') {
    const near = nearest(value, issue.values.map(String));
    return near === null ? '' : `did you mean "${near}"?`;
  }
  if (typeof value === 'number' && issue.message.startsWith('expected a duration')) {
    return `write the unit: ${value}s`;
  }
  if (issue.code === 'invalid_union') return kindMeant(issue, value);
  if (issue.code !== 'invalid_type') return '';
  const isPlain = typeof value === 'number' || typeof value === 'boolean';
  if (issue.expected === 'string' && isPlain) return `write it in quotes: "${value}"`;
  if (issue.expected === 'array' && typeof value === 'string') {
    return `write it in brackets: [${/^[\w.-]{1,60}$/.test(value) ? value : '...'}]`;
  }
  const isNumber = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value);
  return issue.expected === 'number' && isNumber ? `write it without quotes: ${value}` : '';
}

/** A check whose own key is misspelt fits none of the kinds, but its key is near one. */
function kindMeant(issue: UnionIssue, value: unknown): string {
  if (!issue.message.startsWith('expected a check')) return '';
  const kinds = Object.keys(checkShapes);
  const keys = Object.keys(typeof value === 'object' && value !== null ? value : {});
  const meant = keys.map((key) => nearest(key, kinds)).find((kind) => kind !== null);
  return meant ? `did you mean "${meant}"?` : '';
}

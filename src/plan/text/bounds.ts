/** What no document may be, whatever it says: too deep, too much behind aliases, not plain data. */
import { type Path, quote } from '../problems/problem.ts';
import type { Complaint } from '../problems/report.ts';

/** A plan is six deep; the rest is for JSON Schemas. */
export const depthMax = 100;
/** What aliases may add to what was written; a billion laughs is a billion. */
const aliasedMax = 1_000_000;

/** With what to do instead. */
const refusedKeys: ReadonlyMap<string | number, string> = new Map([
  ['__proto__', 'leave it out'],
  ['<<', 'YAML 1.2 has no merge keys: write them out, or use "defaults"'],
]);

interface Visit {
  readonly value: unknown;
  readonly depth: number;
  readonly key: string | number;
  readonly parent: Visit | null;
}

/**
 * The first thing that rules the document out, or null. `written` is how many values the text
 * holds: aliases show the same object again and again, so that a visit to all can have no end.
 */
export function outOfBounds(document: unknown, written: number): Complaint | null {
  const ahead: Visit[] = [{ value: document, depth: 0, key: '', parent: null }];
  const visitsMax = written + aliasedMax;
  let visited = 0;
  for (let visit = ahead.pop(); visit; visit = ahead.pop()) {
    visited += 1;
    if (visited > visitsMax) return bombComplaint();
    const complaint = complaintAbout(visit);
    if (complaint) return complaint;
    const { value, depth } = visit;
    if (typeof value !== 'object' || value === null) continue;
    const isList = Array.isArray(value);
    for (const key of Object.keys(value)) {
      const inner: unknown = value[key as keyof typeof value];
      // Most values are texts and numbers, and of those only the key or the depth can be wrong.
      if (isSimple(inner) && depth < depthMax && !refusedKeys.has(key)) visited += 1;
      else ahead.push(visitOf(inner, isList ? Number(key) : key, visit));
    }
  }
  return visited > visitsMax ? bombComplaint() : null;
}

const visitOf = (value: unknown, key: string | number, parent: Visit): Visit => {
  return { value, depth: parent.depth + 1, key, parent };
};

function bombComplaint(): Complaint {
  const message = 'its aliases stand for more than a plan can hold';
  return { code: 'plan.yaml-bomb', path: [], say: () => ({ message, fix: 'write them out' }) };
}

function tooDeepComplaint(path: Path): Complaint {
  const message = `is nested deeper than ${depthMax}`;
  return { code: 'plan.too-deep', path, say: () => ({ message }) };
}

function complaintAbout(visit: Visit): Complaint | null {
  if (visit.depth > depthMax) return tooDeepComplaint(pathTo(visit).slice(0, 4));
  const refused = refusedKeys.get(visit.key);
  if (refused !== undefined) {
    const say = () => ({
      message: `no key can be called ${quote(String(visit.key))}`,
      fix: refused,
    });
    return { code: 'plan.bad-key', path: pathTo(visit), at: 'key', say };
  }
  if (isPlain(visit.value)) return null;
  const message = 'expected plain data, as JSON can hold it';
  return { code: 'plan.not-data', path: pathTo(visit), say: () => ({ message }) };
}

const noData = ['function', 'symbol', 'bigint'];

/** Undefined is how an object in a program leaves a key out. */
function isSimple(value: unknown): boolean {
  return value === null || (typeof value !== 'object' && !noData.includes(typeof value));
}

function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return isSimple(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}

function pathTo(visit: Visit): Path {
  const path: (string | number)[] = [];
  for (let at: Visit | null = visit; at?.parent; at = at.parent) path.push(at.key);
  return path.reverse();
}

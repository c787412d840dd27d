/**
 * The commonest word of a worker, known without a parser: an attempt that ended well, told nothing
 * but that it began, and left no file. Believes nothing that the schema of such words refuses.
 */
import type { Told } from './wire.ts';

type Ended = Told & { readonly type: 'work.ended' };
type Fields = Readonly<Record<string, unknown>>;

export function isPlainEnd(value: unknown): value is Ended {
  return (
    hasFields(value, 5) &&
    value.type === 'work.ended' &&
    isText(value.ticket, 1, 200) &&
    isEvery(value.events, eventsMax, isBeginning) &&
    isGoodOutcome(value.outcome) &&
    isEmptyParcel(value.parcel)
  );
}

const eventsMax = 10;
const evidenceMax = 10;
const lineMax = 64 * 1024;
const textMax = 8 * 1024 * 1024;

const isBeginning = (value: unknown): boolean =>
  hasFields(value, 2) &&
  value.type === 'agent.started' &&
  (value.pid === null || isNumber(value.pid));

const isGoodOutcome = (value: unknown): boolean =>
  hasFields(value, 5) &&
  value.kind === 'succeeded' &&
  isAmount(value.durationMs) &&
  isOutput(value.output) &&
  isUsage(value.usage) &&
  isEvery(value.evidence, evidenceMax, isEvidence);

const isOutput = (value: unknown): boolean =>
  hasFields(value, 4) &&
  isText(value.path, 0, lineMax) &&
  isAmount(value.bytes) &&
  isText(value.sha256, 0, 128) &&
  isText(value.text, 0, textMax);

const isUsage = (value: unknown): boolean =>
  hasFields(value, 3) &&
  isAmount(value.inputTokens) &&
  isAmount(value.outputTokens) &&
  (value.costUsd === null || isAmount(value.costUsd));

const isEvidence = (value: unknown): boolean =>
  hasFields(value, 4) &&
  (value.kind === 'exit' || value.kind === 'turn') &&
  typeof value.passed === 'boolean' &&
  isText(value.summary, 0, lineMax) &&
  isFacts(value.facts);

const isEmptyParcel = (value: unknown): boolean =>
  hasFields(value, 2) && isText(value.id, 1, 100) && isEvery(value.files, 0, () => false);

function isFacts(value: unknown): boolean {
  if (!isObject(value)) return false;
  for (const name in value) {
    const fact = value[name];
    if (name === '__proto__') return false;
    if (typeof fact !== 'boolean' && !isNumber(fact) && !isText(fact, 0, lineMax)) return false;
  }
  return true;
}

/** With just so many fields: those that are asked for, and none beside them. */
function hasFields(value: unknown, count: number): value is Fields {
  if (!isObject(value)) return false;
  let found = 0;
  for (const _ in value) found += 1;
  return found === count;
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: unknown, min: number, max: number): boolean =>
  typeof value === 'string' && value.length >= min && value.length <= max;

const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);

const isAmount = (value: unknown): boolean => isNumber(value) && (value as number) >= 0;

function isEvery(value: unknown, max: number, fits: (each: unknown) => boolean): boolean {
  if (!Array.isArray(value) || value.length > max) return false;
  for (let at = 0; at < value.length; at += 1) if (!fits(value[at])) return false;
  return true;
}

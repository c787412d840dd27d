/** What goes over the wire between two ends of a bus: one text holds several frames. Pure. */
import type { EventObject } from 'xstate';
import { isUserError } from '../kernel/user-error.ts';
import type { Envelope } from './bus.ts';

/** Grows with what an older end would misunderstand. */
export const protocolVersion = 1;

export type Frame =
  | { readonly kind: 'publish'; readonly envelope: Envelope }
  | { readonly kind: 'subscribe' | 'unsubscribe'; readonly pattern: string }
  /** From now on this end answers at the address; or does no more. */
  | { readonly kind: 'answer' | 'silence'; readonly address: string }
  | { readonly kind: 'ask'; readonly id: number; readonly envelope: Envelope }
  | { readonly kind: 'reply'; readonly id: number; readonly event: EventObject }
  | { readonly kind: 'refuse'; readonly id: number; readonly refusal: Refusal };

/** Why something was not done; `id` 0 is not an answer to a question. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  /** What to do, as far as the one who refuses knows better than the one who asked. */
  readonly hint?: string;
}

/** Several frames, the first of them numbered `first`, the others on from there. */
export interface Parcel {
  /** The last frame of the other end that has arrived here. */
  readonly ack: number;
  readonly first: number;
  readonly frames: readonly Frame[];
}

export const addressCharactersMax = 500;
/** A longer text is not read. */
export const frameBytesMax = 16 * 1024 * 1024;
const framesMax = 100_000;
const refusalCharactersMax = 4_000;

type Packed = readonly unknown[];

/** Arrays and one letter: names would be most of what is sent. */
export function pack({ ack, first, frames }: Parcel): string {
  return JSON.stringify([ack, first, frames.map(packed)]);
}

/** One frame by itself, for whoever wants to know how long it is before it goes with others. */
export const packOne = (frame: Frame): string => JSON.stringify(packed(frame));

/** A parcel of frames that were packed one by one. */
export const packTogether = (ack: number, first: number, texts: readonly string[]): string =>
  `[${ack},${first},[${texts.join(',')}]]`;

function packed(frame: Frame): Packed {
  switch (frame.kind) {
    case 'publish': {
      const { to, from, sequence, event } = frame.envelope;
      return ['p', to, from, sequence, event];
    }
    case 'subscribe':
      return ['s', frame.pattern];
    case 'unsubscribe':
      return ['u', frame.pattern];
    case 'answer':
      return ['a', frame.address];
    case 'silence':
      return ['x', frame.address];
    case 'ask': {
      const { to, from, sequence, event } = frame.envelope;
      return ['q', frame.id, to, from, sequence, event];
    }
    case 'reply':
      return ['r', frame.id, frame.event];
    case 'refuse': {
      const { code, message, hint } = frame.refusal;
      return ['n', frame.id, code, message, ...(hint ? [hint] : [])];
    }
  }
}

/** Null for what no end of ours has sent: nothing of it is believed. */
export function unpack(text: string): Parcel | null {
  const value = parsed(text);
  if (!Array.isArray(value) || value.length !== 3) return null;
  const [ack, first, packs] = value as Packed;
  if (!isCount(ack) || !isCount(first) || !Array.isArray(packs)) return null;
  if (packs.length > framesMax) return null;
  const frames: Frame[] = [];
  for (const each of packs) {
    const frame = Array.isArray(each) ? frameOf(each) : null;
    if (frame === null) return null;
    frames.push(frame);
  }
  return { ack, first, frames };
}

/** By place, and nothing copied: of this there is one for each message. */
function frameOf(packed: Packed): Frame | null {
  const [a, b, c] = [packed[1], packed[2], packed[3]];
  switch (packed[0]) {
    case 'p': {
      const envelope = envelopeAt(packed, 1);
      return envelope && { kind: 'publish', envelope };
    }
    case 's':
      return isAddress(a) ? { kind: 'subscribe', pattern: a } : null;
    case 'u':
      return isAddress(a) ? { kind: 'unsubscribe', pattern: a } : null;
    case 'a':
      return isAddress(a) ? { kind: 'answer', address: a } : null;
    case 'x':
      return isAddress(a) ? { kind: 'silence', address: a } : null;
    case 'q': {
      const envelope = envelopeAt(packed, 2);
      return envelope && isCount(a) ? { kind: 'ask', id: a, envelope } : null;
    }
    case 'r':
      return isCount(a) && isEvent(b) ? { kind: 'reply', id: a, event: b } : null;
    case 'n': {
      if (!isCount(a) || typeof b !== 'string' || typeof c !== 'string') return null;
      const hint = packed[4];
      const refusal = { code: b, message: c, ...(typeof hint === 'string' && { hint }) };
      return { kind: 'refuse', id: a, refusal };
    }
    default:
      return null;
  }
}

function envelopeAt(packed: Packed, at: number): Envelope | null {
  const [to, from, sequence, event] = [packed[at], packed[at + 1], packed[at + 2], packed[at + 3]];
  if (!isAddress(to) || !isAddress(from) || !isCount(sequence) || !isEvent(event)) return null;
  return { to, from, sequence, event };
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

const isAddress = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= addressCharactersMax;

const isEvent = (value: unknown): value is EventObject =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What went wrong, as it is told to the other end. */
export function refusalOf(error: unknown): Refusal {
  const words = error instanceof Error ? error.message : String(error);
  const message = words.slice(0, refusalCharactersMax);
  if (!isUserError(error)) return { code: 'bus.failed', message };
  return { code: error.code, message, hint: error.hint.slice(0, refusalCharactersMax) };
}

/** What is longer than the other end reads is not sent. */
export function tooLarge(frame: Frame): Refusal {
  const to = 'envelope' in frame ? frame.envelope.to : 'whoever asked';
  const message = `what is said to ${to} is larger than the ${frameBytesMax} bytes of a frame`;
  return { code: 'bus.too-large', message };
}

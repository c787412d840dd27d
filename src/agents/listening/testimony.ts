/**
 * What an agent has told of an attempt so far, sign by sign. Pure: the same signs, the same
 * testimony.
 *
 * Owns: the session, the answer, the counters and the last word that were told.
 * Invariants:
 * - bounded: whatever is told, it holds no more than one answer and a fixed number of calls;
 * - a call counts once, however often it is told;
 * - a turn that goes on after its end has not ended.
 */
import { assertNever } from '../../../machines/errors.ts';
import type { Headers } from '../../../machines/rules/rate-headers.ts';
import { type Trouble, trouble } from '../trouble.ts';
import type { Sign } from './sign.ts';
import { added, type Counted } from './usage.ts';

const answerMaxCharacters = 1024 * 1024;
const callsMax = 1_000;
const denialsMax = 20;

export class Testimony {
  session: string | null = null;
  /** The latest; what came with the end of the turn when it came so. */
  answer = '';
  toolCalls = 0;
  /** Texts, thoughts and calls: signs that a model has answered. */
  replies = 0;
  /** Which tools were refused, and why. */
  readonly denials = new Map<string, string>();
  counted: Counted | null = null;
  /** The latest that was said of its account's limits. */
  headers: Headers = {};
  /** Null while the turn goes on. */
  ended: { readonly trouble: Trouble | null } | null = null;
  /** The latest request that failed; null since one went well. */
  failing: Trouble | null = null;
  /** Requests that failed since one went well. */
  failures = 0;
  /** How often the latest call was made one after the other. */
  repeats = 0;
  #lastCall = '';
  readonly #calls = new Set<string>();
  #piece: 'whole' | 'part' = 'whole';

  /** False for what was told before. */
  hear(sign: Sign): boolean {
    switch (sign.type) {
      case 'session.opened':
        return this.#open(sign.session);
      case 'text.written':
        this.#write(sign.text, sign.piece);
        return this.#reply();
      case 'thought.told':
        return this.#reply();
      case 'tool.ended':
        return this.#goesWell();
      case 'tool.called':
        return this.#call(sign.call, `${sign.tool} ${sign.input}`);
      case 'permission.asked':
        if (this.denials.size < denialsMax) this.denials.set(sign.tool, sign.reason);
        return true;
      case 'usage.counted':
        this.#count(sign);
        return true;
      case 'context.held':
        return true;
      case 'rate.limited':
        return this.#fail(trouble('quota', sign.message, sign.until));
      case 'limits.told':
        this.headers = sign.headers;
        return true;
      case 'request.failed':
        return this.#fail(sign.trouble);
      case 'turn.ended':
        this.ended = { trouble: sign.trouble };
        if (sign.answer !== null) this.answer = sign.answer.slice(0, answerMaxCharacters);
        return true;
      default:
        return assertNever(sign);
    }
  }

  #open(session: string): boolean {
    const isNew = this.session !== session;
    this.session = session;
    return isNew;
  }

  #goesWell(): true {
    this.failing = null;
    this.failures = 0;
    return true;
  }

  #reply(): true {
    this.replies += 1;
    return this.#goesWell();
  }

  #fail(failing: Trouble): true {
    this.failing = failing;
    this.failures += 1;
    return true;
  }

  #write(text: string, piece: 'whole' | 'part'): void {
    const goesOn = piece === 'part' && this.#piece === 'part';
    this.answer = (goesOn ? this.answer + text : text).slice(0, answerMaxCharacters);
    this.#piece = piece;
  }

  /** What is said after a call is another answer than what was said before it. */
  #call(call: string, key: string): boolean {
    if (call !== '' && this.#calls.has(call)) return false;
    this.#reply();
    this.#remember(call);
    this.#piece = 'whole';
    this.ended = null;
    this.toolCalls += 1;
    this.repeats = key === this.#lastCall ? this.repeats + 1 : 1;
    this.#lastCall = key;
    return true;
  }

  #remember(call: string): void {
    this.#calls.add(call);
    const [oldest] = this.#calls;
    if (this.#calls.size > callsMax && oldest !== undefined) this.#calls.delete(oldest);
  }

  #count({ over, usage }: Counted): void {
    const before = this.counted?.usage;
    const sum = over === 'step' && before ? added(before, usage) : usage;
    this.counted = { over, usage: sum };
  }
}

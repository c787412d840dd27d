/**
 * What the orders of a role have in common: sent whole with the first of them to a desk, and from
 * then on only named, for it would be most of what is sent.
 *
 * Owns: which terms the other end has, by number. Invariant: both ends let the oldest go alike, so
 * what is named is known there as long as orders arrive in their order; a worker that does not
 * know them says so, and begins nothing.
 */
import { UserError } from '../kernel/user-error.ts';
import type { SentTerms, Terms } from './wire.ts';

const keptMax = 1_000;
/** They are not kept. */
const nameless = 0;

/** Of the hub, for one desk. */
export class TermsSent {
  readonly #numbers = new Map<Terms, number>();
  #last = nameless;

  send(terms: Terms): SentTerms {
    const known = this.#numbers.get(terms);
    if (known !== undefined) return known;
    this.#last += 1;
    keep(this.#numbers, terms, this.#last);
    return { ...terms, number: this.#last };
  }
}

/** Of a worker, for the one hub it has joined. */
export class TermsKept {
  readonly #terms = new Map<number, Terms>();

  take(sent: SentTerms): Terms {
    if (typeof sent !== 'number') {
      if (sent.number !== nameless) keep(this.#terms, sent.number, sent);
      return sent;
    }
    const known = this.#terms.get(sent);
    if (known) return known;
    throw new UserError(unknownTerms, `nothing is known of terms ${sent}`, 'send them whole');
  }
}

export const unknownTerms = 'worker.unknown-terms';

export const sentOnce = (terms: Terms): SentTerms => ({ ...terms, number: nameless });

function keep<Key, Value>(all: Map<Key, Value>, key: Key, value: Value): void {
  const [oldest] = all.size >= keptMax ? all.keys() : [];
  if (oldest !== undefined) all.delete(oldest);
  all.set(key, value);
}

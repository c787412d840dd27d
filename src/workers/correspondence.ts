/**
 * What a hub and its workers say to each other of the attempts under way.
 *
 * Owns: the attempts under way elsewhere, by ticket, and which desks are there.
 * Invariants:
 * - a worker speaks for its own tickets only;
 * - with a desk that is there no more everything ends that was waited for from there, and what it
 *   still says counts for nothing.
 */
import type { Fault } from '../../machines/outcome.ts';
import type { Bus, Envelope } from '../bus/bus.ts';
import { UserError } from '../kernel/user-error.ts';
import { Engagement, gone, unheard } from './engagement.ts';
import { isPlainEnd } from './plain-end.ts';
import type { Seat } from './roster.ts';
import { sentOnce, TermsSent } from './terms.ts';
import { filesOf, type SentTerms, type Terms, type Told, toldSchema } from './wire.ts';

export interface CorrespondenceOptions {
  readonly bus: Bus;
  /** Where workers tell of their attempts. */
  readonly desk: string;
  /** Unlike that of any other hub, at any time: its tickets begin so. */
  readonly life: string;
  /** In whose name it asks. */
  readonly from: string;
  /** `kept`: what is asked of one desk arrives there in the order in which it was asked. */
  readonly order: 'kept' | 'free';
}

type Event = Envelope['event'];

/** One that is there. */
interface Desk {
  /** Who waits for an answer from there: called when it is there no more. */
  readonly waiting: Set<() => void>;
  terms: TermsSent;
}

export class Correspondence {
  readonly life: string;
  readonly #options: CorrespondenceOptions;
  readonly #engagements = new Map<string, Engagement>();
  readonly #desks = new Map<string, Desk>();
  #tickets = 0;
  #sequence = 0;

  constructor(options: CorrespondenceOptions) {
    this.#options = options;
    this.life = options.life;
    void this.#listen();
  }

  /** Attempts that workers may be at, whatever becomes of this hub. */
  get underWay(): number {
    return this.#engagements.size;
  }

  nextTicket(): string {
    this.#tickets += 1;
    return `${this.life}-${this.#tickets}`;
  }

  isThere(desk: string): boolean {
    return this.#desks.has(desk);
  }

  arrive(desk: string): void {
    this.#desks.set(desk, { waiting: new Set(), terms: new TermsSent() });
  }

  depart(desk: string, fault: Fault): void {
    const waiting = this.#desks.get(desk)?.waiting ?? [];
    this.#desks.delete(desk);
    for (const giveUp of waiting) giveUp();
    for (const engagement of this.#of(desk)) engagement.lose(fault);
  }

  engage(seat: Seat, world: ConstructorParameters<typeof Engagement>[2]): Engagement {
    const { ticket, member } = seat;
    const engagement = new Engagement(ticket, seat, world, (id, leave) => {
      this.tell(member.desk, { type: 'work.answer', ticket, id, leave });
    });
    this.#engagements.set(ticket, engagement);
    // It may have been lost while its files were packed.
    if (!this.isThere(member.desk)) engagement.lose(gone(member.name));
    return engagement;
  }

  disengage({ ticket }: Engagement): void {
    this.#engagements.delete(ticket);
  }

  /** `repeated`: the same object comes again, with other attempts. */
  termsFor(desk: string, terms: Terms, use: 'once' | 'repeated'): SentTerms {
    const isNamed = use === 'repeated' && this.#options.order === 'kept';
    const there = isNamed ? this.#desks.get(desk) : undefined;
    return there ? there.terms.send(terms) : sentOnce(terms);
  }

  /** It does not know what it was sent: from now on it is sent all anew. */
  forgetTerms(desk: string): void {
    const there = this.#desks.get(desk);
    if (there) there.terms = new TermsSent();
  }

  /** Whose ticket it is; null: nobody's. */
  holderOf(ticket: string): string | null {
    return this.#engagements.get(ticket)?.seat.member.desk ?? null;
  }

  /** What a worker says it works on. Returns those that nobody waits for any more. */
  check(desk: string, named: readonly string[]): readonly string[] {
    const tickets = new Set(named);
    const own = this.#of(desk);
    for (const engagement of own) engagement.check(tickets);
    const known = new Set(own.map(({ ticket }) => ticket));
    return named.filter((each) => !known.has(each));
  }

  ask(to: string, event: object, deadlineMs: number): Promise<Event> {
    this.#sequence += 1;
    const { bus, from } = this.#options;
    return bus.request({ to, from, sequence: this.#sequence, event: event as Event }, deadlineMs);
  }

  /** Whether it arrives is seen by what comes of it. */
  tell(to: string, event: object): void {
    this.ask(to, event, answerWithinMs).catch(() => undefined);
  }

  /** Rejects as well when who is asked is there no more. */
  askFiles(desk: string, event: Event): Promise<Event> {
    const waiting = this.#desks.get(desk)?.waiting;
    if (!waiting) return Promise.reject(busGone(desk));
    // Not by a promise of its end: as long as that lives it would keep every answer.
    return new Promise((resolve, reject) => {
      const giveUp = (): void => reject(busGone(desk));
      waiting.add(giveUp);
      this.ask(filesOf(desk), event, answerWithinMs)
        .then(resolve, reject)
        .finally(() => waiting.delete(giveUp));
    });
  }

  close(): void {
    for (const { waiting } of this.#desks.values()) for (const giveUp of waiting) giveUp();
    this.#desks.clear();
    for (const engagement of this.#engagements.values()) {
      engagement.lose(gone(engagement.seat.member.name));
    }
  }

  #of(desk: string): readonly Engagement[] {
    return [...this.#engagements.values()].filter(({ seat }) => seat.member.desk === desk);
  }

  async #listen(): Promise<void> {
    const { bus, desk } = this.#options;
    for await (const { from, event } of bus.subscribe(desk)) {
      const told = toldIn(event);
      const engagement = told && this.#engagements.get(told.ticket);
      if (!told || engagement?.seat.member.desk !== from) continue;
      try {
        engagement.hear(told);
      } catch (error) {
        // A disk that is full, say: the trouble of this attempt, and of no other one.
        engagement.lose(unheard(error));
      }
    }
  }
}

/** Null for what makes no sense: whoever sent it is not believed. */
function toldIn(event: Event): Told | null {
  if (isPlainEnd(event)) return event;
  const told = toldSchema.safeParse(event);
  return told.success ? told.data : null;
}

/** Of one message; a worker that is gone for longer has lost its lease before. */
const answerWithinMs = 120_000;

const busGone = (desk: string): UserError =>
  new UserError('bus.gone', `${desk} is gone`, 'ask another one');

/** One attempt, given to a worker elsewhere: its place, its files there and back, its outcome. */
import type { Evidence, Fault, Outcome, OutputRef } from '../../machines/outcome.ts';
import { noOutput, noUsage } from '../../machines/outcome.ts';
import type { AgentWorld, Assignment } from '../agents/agent.ts';
import type { Envelope } from '../bus/bus.ts';
import type { Cancellation } from '../kernel/cancellation.ts';
import { isUserError, type UserError } from '../kernel/user-error.ts';
import { type Ending, type Engagement, interruptedBy } from './engagement.ts';
import type { Labour } from './labour.ts';
import type { Packed, Root } from './packing.ts';
import { pack } from './packing.ts';
import type { Parcel } from './parcel.ts';
import type { Seat } from './roster.ts';
import { unknownTerms } from './terms.ts';
import { type Destination, unpack } from './unpacking.ts';
import type { SentOrder, Terms } from './wire.ts';

/** What is to be done, and which files belong to it here. */
export interface Errand {
  readonly terms: Terms;
  /** `repeated`: the same terms, and not only alike, come with every attempt of its role. */
  readonly use: 'once' | 'repeated';
  /** What it may read there. */
  readonly sent: readonly Root[];
  /** Where what it sends back may be written. */
  readonly taken: readonly Destination[];
  /** Whether nobody has to know what an attempt cost whose end was not heard. */
  readonly isFree: boolean;
}

/** Whether it has begun is then seen by what its worker says that it works on. */
const beginWithinMs = 30_000;
/** Longer is not waited for an answer to an attempt that was given up. */
const giveUpWithinMs = 15_000;

export async function attemptAt(
  labour: Labour,
  seat: Seat,
  errand: Errand,
  assignment: Assignment,
  world: AgentWorld,
): Promise<Outcome> {
  const engagement = labour.post.engage(seat, world);
  let place: 'free' | 'stuck' = 'free';
  let there: 'something' | 'nothing' = 'something';
  try {
    const ending = await carryOut(labour, engagement, errand, assignment, world);
    if (ending.kind === 'ended') {
      if (ending.parcel.files.length > 0) {
        return await take(labour, engagement, errand, ending, world);
      }
      there = 'nothing';
      return seen(engagement, errand, ending);
    }
    if (ending.fault === neverEnded) place = 'stuck';
    return lostTo(ending.fault, errand);
  } catch (error) {
    return failedBy(error, errand, world.cancellation);
  } finally {
    labour.post.disengage(engagement);
    // One that does not end keeps its place: its worker is not asked to do more.
    if (place === 'free') labour.giveBack(seat);
    const { ticket } = engagement;
    // Of one that has left no files its worker keeps nothing.
    if (there === 'something') labour.post.tell(seat.member.desk, { type: 'work.close', ticket });
  }
}

function lostTo(fault: Fault, { isFree }: Pick<Errand, 'isFree'>): Outcome {
  const lost = interruptedBy(fault);
  return isFree ? { ...lost, usage: noUsage } : lost;
}

function failedBy(error: unknown, errand: Pick<Errand, 'isFree'>, given: Cancellation): Outcome {
  if (given.isRequested || !isUserError(error)) return undone(error, given);
  // It has no place for it after all, say: that is nobody's failure.
  const isNobodys = error.code === 'worker.full' || error.code === unknownTerms;
  return isNobodys || isOfWire(error) ? lostTo(faultOf(error), errand) : undone(error, given);
}

/** What is too large to be said is so anywhere, and again. */
const isOfWire = (error: unknown): error is UserError =>
  isUserError(error) && error.code.startsWith('bus.') && error.code !== 'bus.too-large';

const faultOf = ({ code, message }: UserError): Fault => ({ code, message, retryable: true });

/** One that was given up is waited for only so long: its place stays its own until it ends. */
async function carryOut(
  labour: Labour,
  engagement: Engagement,
  errand: Errand,
  assignment: Assignment,
  { cancellation }: AgentWorld,
): Promise<Ending> {
  const { ticket, seat } = engagement;
  const { desk } = seat.member;
  const name = `${ticket}.sent`;
  const isEmpty = errand.sent.length === 0;
  const packed = isEmpty
    ? { parcel: { id: name, files: [] }, paths: [] }
    : await pack(name, errand.sent, cancellation.signal);
  const takeBack = isEmpty ? () => {} : await labour.freight.offer(packed, desk);
  let forget = (): void => {};
  const giveUp = (): void => {
    labour.post.tell(desk, { type: 'work.give-up', ticket });
    const { clock } = labour;
    forget = clock.at(clock.now() + giveUpWithinMs, () => engagement.lose(neverEnded));
  };
  const stay = cancellation.onRequest(giveUp);
  try {
    // Whoever was given up meanwhile has told nobody.
    if (cancellation.isRequested) throw new Error('it was given up');
    begin(labour, engagement, errand, assignment, packed);
    return await engagement.ended;
  } finally {
    stay();
    forget();
    takeBack();
  }
}

function begin(
  labour: Labour,
  engagement: Engagement,
  errand: Errand,
  assignment: Assignment,
  { parcel }: Packed,
): void {
  const { ticket, seat } = engagement;
  const { desk } = seat.member;
  const terms = labour.post.termsFor(desk, errand.terms, errand.use);
  const order: SentOrder = { type: 'work.begin', ticket, terms, assignment, parcel };
  labour.post.ask(desk, order, beginWithinMs).then(
    () => engagement.confirm(),
    (error: unknown) => {
      if (isUserError(error) && error.code === unknownTerms) labour.post.forgetTerms(desk);
      // With the wire gone nobody knows whether it has begun: its beats tell, or its lease.
      if (isOfWire(error)) engagement.confirm();
      else engagement.refuse(error);
    },
  );
}

const neverEnded = {
  code: 'worker.stuck',
  message: 'its worker did not end it when it was given up',
  retryable: true,
};

/** It was given up, and may go on all the same: whoever can end its process should. */
export const isStuck = (outcome: Outcome): boolean =>
  outcome.kind === 'interrupted' && outcome.fault.code === neverEnded.code;

type Ended = Ending & { readonly kind: 'ended' };

/** What it has left comes before its word: a claim without its files is none. */
async function take(
  labour: Labour,
  engagement: Engagement,
  errand: Errand,
  ending: Ended,
  { cancellation }: AgentWorld,
): Promise<Outcome> {
  const { desk } = engagement.seat.member;
  const { parcel, outcome } = ending;
  try {
    const ask = (event: Envelope['event']) => labour.post.askFiles(desk, event);
    const fetch = labour.freight.fetching(parcel, ask);
    await unpack(parcel, errand.taken, fetch, cancellation.signal);
  } catch (error) {
    const { durationMs, usage } = outcome;
    // What it has cost is spent, whatever came back of it.
    return { ...failedBy(error, { isFree: false }, cancellation), durationMs, usage };
  }
  return seen(engagement, errand, ending);
}

function seen({ seat }: Engagement, { terms }: Errand, { outcome, parcel }: Ended): Outcome {
  const evidence = outcome.evidence.map((each) => seenAt(seat.member.name, each));
  if (terms.files === 'beside') return believed(outcome, evidence, outcome.output);
  return believed(itsOwn(outcome), evidence, keptOutput(outcome, parcel));
}

/** A disk that is full there is not the one that the run lies on. */
function itsOwn(outcome: Outcome): Outcome {
  if (outcome.kind !== 'failed' || outcome.fault.code !== 'agent.disk-full') return outcome;
  return { ...outcome, fault: { ...outcome.fault, code: 'agent.output-lost' } };
}

/** Set in a copy: to define once more what a spread has brought is slow, and each task comes by. */
function believed(outcome: Outcome, evidence: readonly Evidence[], output: OutputRef): Outcome {
  const copy: Outcome & { evidence: readonly Evidence[]; output: OutputRef } = { ...outcome };
  copy.evidence = evidence;
  copy.output = output;
  return copy;
}

function seenAt(worker: string, { kind, passed, summary, facts }: Evidence): Evidence {
  const known: { [fact: string]: Evidence['facts'][string] } = { ...facts };
  known.worker = worker;
  return { kind, passed, summary, facts: known };
}

/** An output on disk is the file that came, or none. */
function keptOutput({ output }: Outcome, { files }: Parcel): Outcome['output'] {
  if (output.path === '') return output;
  const file = files.find(({ path }) => path === `run/${output.path}`);
  return file?.sha256 === output.sha256 ? output : noOutput;
}

/** What could not be brought there or back is tried again, like any failure; given up is none. */
function undone(error: unknown, { isRequested }: Cancellation): Outcome {
  const message = error instanceof Error ? error.message : String(error);
  const fault = { code: 'worker.failed', message, retryable: true };
  const measured = { durationMs: 0, output: noOutput, usage: noUsage, evidence: [] };
  return { kind: isRequested ? 'interrupted' : 'failed', fault, ...measured };
}

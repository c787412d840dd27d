/** One attempt, given to a worker elsewhere: its place, its files there and back, its outcome. */
import type { Fault, Outcome } from '../../machines/outcome.ts';
import { noOutput, noUsage } from '../../machines/outcome.ts';
import type { AgentWorld, Assignment } from '../agents/agent.ts';
import { sleep } from '../kernel/clock.ts';
import { randomName, systemRandom } from '../kernel/random.ts';
import { isUserError, type UserError } from '../kernel/user-error.ts';
import { type Ending, type Engagement, interruptedBy } from './engagement.ts';
import type { Packed, Root } from './packing.ts';
import { pack } from './packing.ts';
import type { Parcel } from './parcel.ts';
import type { Seat } from './roster.ts';
import { type Destination, unpack } from './unpacking.ts';
import { fetching } from './warehouse.ts';
import type { WorkOrder } from './wire.ts';
import { answerWithinMs, type Workforce } from './workforce.ts';

/** What is to be done, and which files belong to it here. */
export interface Errand {
  readonly order: Omit<WorkOrder, 'type' | 'ticket' | 'parcel' | 'assignment'>;
  /** What it may read there. */
  readonly sent: readonly Root[];
  /** Where what it sends back may be written. */
  readonly taken: readonly Destination[];
  /** Whether nobody has to know what an attempt cost whose end was not heard. */
  readonly isFree: boolean;
}

/** Longer is not waited for an answer to an attempt that was given up. */
const giveUpWithinMs = 15_000;

export async function attemptAt(
  workforce: Workforce,
  seat: Seat,
  errand: Errand,
  assignment: Assignment,
  world: AgentWorld,
): Promise<Outcome> {
  const engagement = workforce.engage(seat, world);
  let state: 'free' | 'stuck' = 'free';
  try {
    const ending = await carryOut(workforce, engagement, errand, assignment, world);
    if (ending.kind === 'ended') return await take(workforce, engagement, errand, ending, world);
    if (ending.fault === neverEnded) state = 'stuck';
    return lostTo(ending.fault, errand);
  } catch (error) {
    return await failedBy(error, engagement, errand);
  } finally {
    workforce.disengage(engagement);
    // One that does not end keeps its place: its worker is not asked to do more.
    if (state === 'free') workforce.giveBack(seat);
    const { ticket } = engagement;
    workforce.tell(seat.member.desk, { type: 'work.close', ticket });
  }
}

function lostTo(fault: Fault, { isFree }: Errand): Outcome {
  const lost = interruptedBy(fault);
  return isFree ? { ...lost, usage: noUsage } : lost;
}

/** With the wire gone nobody knows whether it is still worked on: others wait for its lease. */
async function failedBy(error: unknown, engagement: Engagement, errand: Errand): Promise<Outcome> {
  if (!isUserError(error)) return undone(error);
  // It has no place for it after all: that is nobody's failure.
  if (error.code === 'worker.full') return lostTo(faultOf(error), errand);
  if (!error.code.startsWith('bus.')) return undone(error);
  const ending = await engagement.ended;
  return lostTo(ending.kind === 'lost' ? ending.fault : faultOf(error), errand);
}

const faultOf = ({ code, message }: UserError): Fault => ({ code, message, retryable: true });

async function carryOut(
  workforce: Workforce,
  engagement: Engagement,
  errand: Errand,
  assignment: Assignment,
  { signal }: AgentWorld,
): Promise<Ending> {
  const { desk } = engagement.seat.member;
  const packed = await pack(parcelName(), errand.sent, signal);
  const takeBack = workforce.warehouse.offer(packed, desk);
  const { ticket } = engagement;
  const giveUp = (): void => workforce.tell(desk, { type: 'work.give-up', ticket });
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    const begun = begin(workforce, engagement, { errand, assignment, packed });
    const first = await Promise.race([begun, engagement.ended]);
    if (first !== 'begun') return first;
    return await patiently(workforce, engagement, signal);
  } finally {
    signal.removeEventListener('abort', giveUp);
    takeBack();
  }
}

async function begin(
  workforce: Workforce,
  engagement: Engagement,
  given: { errand: Errand; assignment: Assignment; packed: Packed },
): Promise<'begun'> {
  const { errand, assignment, packed } = given;
  const { ticket, seat } = engagement;
  const order: WorkOrder = {
    ...errand.order,
    ...{ type: 'work.begin', ticket, assignment, parcel: packed.parcel },
  };
  await workforce.ask(seat.member.desk, order, answerWithinMs);
  engagement.confirm();
  return 'begun';
}

/** One that was given up is waited for only so long: its place stays its own until it ends. */
async function patiently(
  { clock }: Workforce,
  engagement: Engagement,
  signal: AbortSignal,
): Promise<Ending> {
  const over = new AbortController();
  const tooLong = new Promise<Ending>((resolve) => {
    const wait = (): void => {
      void sleep(clock, giveUpWithinMs, over.signal).then(() =>
        resolve({ kind: 'lost', fault: neverEnded }),
      );
    };
    if (signal.aborted) wait();
    else signal.addEventListener('abort', wait, { once: true, signal: over.signal });
  });
  try {
    return await Promise.race([engagement.ended, tooLong]);
  } finally {
    over.abort();
  }
}

const neverEnded = {
  code: 'worker.stuck',
  message: 'its worker did not end it when it was given up',
  retryable: true,
};

/** What it has left comes before its word: a claim without its files is none. */
async function take(
  workforce: Workforce,
  { seat }: Engagement,
  { taken, order }: Errand,
  { outcome, parcel }: Ending & { kind: 'ended' },
  { signal }: AgentWorld,
): Promise<Outcome> {
  const { desk, name } = seat.member;
  await unpack(
    parcel,
    taken,
    fetching(parcel.id, (event) => workforce.askFiles(desk, event)),
    signal,
  );
  const evidence = outcome.evidence.map((each) => ({
    ...each,
    facts: { ...each.facts, worker: name },
  }));
  const output = order.files === 'beside' ? outcome.output : keptOutput(outcome, parcel);
  return { ...outcome, evidence, output };
}

/** An output on disk is the file that came, or none. */
function keptOutput({ output }: Outcome, { files }: Parcel): Outcome['output'] {
  if (output.path === '') return output;
  const file = files.find(({ path }) => path === `run/${output.path}`);
  return file?.sha256 === output.sha256 ? output : noOutput;
}

/** What could not be brought there or back is tried again, like any failure. */
function undone(error: unknown): Outcome {
  const message = error instanceof Error ? error.message : String(error);
  const fault = { code: 'worker.failed', message, retryable: true };
  const measured = { durationMs: 0, output: noOutput, usage: noUsage, evidence: [] };
  return { kind: 'failed', fault, ...measured };
}

const parcelName = (): string => randomName(systemRandom, 20);

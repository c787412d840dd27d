/**
 * One agent's part of an attempt: when its context is nearly full, or when it says so, the attempt
 * ends with a note, and somebody else goes on with it.
 *
 * Invariants: a note is asked for twice at most, then it is made of the agent's last words; what
 * asking costs is the attempt's cost; an attempt that has ended by itself is never handed over for
 * being full.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Token, token } from '../../machines/ids.ts';
import type { Fault, HandoffNote, Outcome } from '../../machines/outcome.ts';
import { handedOver } from '../../machines/rules/handing.ts';
import type { AgentEvent, AgentWorld, Assignment } from '../agents/agent.ts';
import { added } from '../agents/listening/usage.ts';
import { Cancellation } from '../kernel/cancellation.ts';
import type { PlanHanding, PlanRole } from '../plan/plan.ts';
import { windowOf } from '../plan/windows.ts';
import { Filling, handedAt, heldTokens } from './filling.ts';
import { noteComplaint, noteIn, noteOfLastWords, noteRequest } from './note.ts';

export interface RelayTerms extends PlanHanding {
  /** How often the task may still be handed over. */
  readonly left: number;
  readonly runFolder: string;
}

type Work = (assignment: Assignment, world: AgentWorld) => Promise<Outcome>;

/** Longer answers end with no note. */
const answerMaxBytes = 1_000_000;
/** A note is a short answer. */
const noteTimeoutMs = 5 * 60_000;

/** Of whoever hands nothing over, it is only told how full it is. */
export function knownWindow(role: PlanRole): number | null {
  return 'model' in role ? windowOf(role.model) : null;
}

export async function relayed(
  terms: RelayTerms,
  assignment: Assignment,
  world: AgentWorld,
  work: Work,
): Promise<Outcome> {
  const watch = new Watch(terms, world);
  const outcome = await work(assignment, watch.world);
  if (terms.left <= 0) return outcome;
  if (outcome.kind === 'succeeded') return volunteered(terms, outcome);
  // Whoever gave the attempt up, or another end of it, was there first.
  if (!watch.isFull || world.cancellation.isRequested) return outcome;
  return new Asking(assignment, world, work).handOver(outcome, watch.lastWords);
}

class Watch {
  readonly world: AgentWorld;
  readonly #full = new AbortController();
  readonly #mayHandOver: boolean;
  #filling: Filling | null;
  #words = '';

  constructor({ windowTokens, left }: RelayTerms, world: AgentWorld) {
    this.#mayHandOver = left > 0 && windowTokens !== null;
    this.#filling = windowTokens === null ? null : new Filling(windowTokens);
    const { cancellation: given } = world;
    const either = () => Cancellation.of(AbortSignal.any([given.signal, this.#full.signal]));
    const cancellation = this.#mayHandOver ? either() : given;
    const tell = (event: AgentEvent): void => {
      world.tell(event);
      this.#hear(event, world);
    };
    this.world = { ...world, cancellation, tell };
  }

  get isFull(): boolean {
    return this.#full.signal.aborted;
  }

  get lastWords(): string {
    return this.#words;
  }

  #hear(event: AgentEvent, { tell }: AgentWorld): void {
    if (event.type === 'text.written') {
      this.#words = `${event.piece === 'part' ? this.#words : ''}${event.text}`.slice(-8_000);
    }
    // A role may leave the choice of its model to the program.
    const window = event.type === 'session.opened' ? windowOf(event.model) : null;
    if (window !== null) this.#filling ??= new Filling(window);
    const tokens = heldTokens(event);
    if (tokens === null || this.isFull) return;
    for (const percent of this.#filling?.hear(tokens) ?? []) {
      tell({ type: 'context.warned', percent });
      if (percent >= handedAt && this.#mayHandOver) this.#full.abort();
    }
  }
}

/** Asks the agent itself, in its own session where it has one. */
class Asking {
  readonly #assignment: Assignment;
  readonly #world: AgentWorld;
  readonly #work: Work;

  constructor(assignment: Assignment, world: AgentWorld, work: Work) {
    this.#assignment = assignment;
    this.#world = world;
    this.#work = work;
  }

  async handOver(outcome: Outcome, lastWords: string): Promise<Outcome> {
    const { session } = outcome;
    let [usage, durationMs, words] = [outcome.usage, outcome.durationMs, lastWords];
    let prompt = noteRequest;
    const { cancellation } = this.#world;
    for (let count = 1; session && count <= 2 && !cancellation.isRequested; count += 1) {
      const answer = await this.#ask(prompt, { ...outcome, session }, count);
      usage = added(usage, answer.usage);
      durationMs += answer.durationMs;
      const read = noteIn(answer.output.text);
      if (read.kind === 'note') return handed({ ...outcome, usage, durationMs }, read.note);
      if (answer.output.text !== '') words = answer.output.text;
      prompt = noteComplaint(read.kind === 'none' ? 'there is no such line' : read.why);
    }
    return handed({ ...outcome, usage, durationMs }, noteOfLastWords(words));
  }

  #ask(prompt: string, { session }: Outcome, count: number): Promise<Outcome> {
    const earlier = { fault: full, session: session ?? null };
    const asked = { ...this.#assignment, prompt, earlier, timeoutMs: noteTimeoutMs };
    return this.#work({ ...asked, token: partOf(asked.token, count) }, this.#world);
  }
}

/** So that its streams are kept beside those of the attempt, and not in their place. */
const partOf = (whole: Token, count: number): Token => token(whole + count / 10);

const full: Fault = {
  code: handedOver,
  message: 'its context was nearly full',
  retryable: true,
};

async function volunteered(terms: RelayTerms, outcome: Outcome): Promise<Outcome> {
  const { path, bytes, text } = outcome.output;
  const whole = path === '' || bytes > answerMaxBytes;
  const answer = whole ? text : await readFile(join(terms.runFolder, path), 'utf8');
  const read = noteIn(answer);
  if (read.kind !== 'note') return outcome;
  const { to } = read.note;
  if (to === undefined || !terms.to.includes(to)) return outcome;
  return handed(outcome, read.note);
}

/** The agent's own memory stays with it: its successor has the note. */
function handed(outcome: Outcome, handoff: HandoffNote): Outcome {
  const { durationMs, output, usage, evidence, limits } = outcome;
  const why = handoff.to === undefined ? 'its context was nearly full' : `for ${handoff.to}`;
  const message = `it handed its work over, ${why}; next: ${handoff.next.slice(0, 200)}`;
  const fault = { ...full, message };
  const measured = { durationMs, output, usage, evidence, handoff, ...(limits && { limits }) };
  return { kind: 'interrupted', fault, ...measured };
}

/** One attempt of an agent, with all that stands around it: who lends, listens, asks and shares. */
import type { AgentId } from '../../machines/ids.ts';
import type { Outcome } from '../../machines/outcome.ts';
import type { TaskContext } from '../../machines/rules/attempt.ts';
import type { WorkInput } from '../../machines/rules/duty.ts';
import type { Adapter, AgentEvent, AgentWorld, Assignment, Question } from '../agents/agent.ts';
import type { Bus } from '../bus/bus.ts';
import type { Config } from '../config.ts';
import type { Sharing } from '../context/sharing.ts';
import { Recorder } from '../conversations/recorder.ts';
import { heed } from '../handoff/heeding.ts';
import { knownWindow, relayed } from '../handoff/relay.ts';
import type { Cancellation } from '../kernel/cancellation.ts';
import type { Clock } from '../kernel/clock.ts';
import type { System } from '../kernel/system.ts';
import type { PlanRole, PlanTask } from '../plan/plan.ts';
import type { Desk, Prepared } from '../runs/assignment.ts';
import type { RunFolder, RunOrder } from '../runs/folder.ts';
import { Questions } from '../runs/questions.ts';
import { skilled } from '../skills/giving.ts';
import type { Duty, Elsewhere } from '../workers/wanted.ts';
import type { Accounting } from './accounting.ts';
import { limitsOf, watched } from './watching.ts';

/** What the attempts of a run are made with. */
export interface AttemptRoom {
  readonly folder: RunFolder;
  readonly order: RunOrder;
  readonly environment: Config['environment'];
  readonly clock: Clock;
  readonly bus: Bus;
  /** Lends accounts to attempts, and knows what they cost. */
  readonly accounting: Pick<Accounting, 'attempt' | 'listPrice'>;
  /** Where attempts can be made beside here. */
  readonly elsewhere: Elsewhere | null;
}

/** Whose attempts they are. */
interface Around {
  readonly room: AttemptRoom;
  readonly desk: Desk;
  readonly sharing: Sharing;
  readonly system: () => System;
  readonly contextOf: (task: string) => TaskContext | undefined;
}

interface Of {
  readonly role: PlanRole;
  readonly task: PlanTask;
}

export class Attempts {
  readonly #around: Around;
  readonly #recorder: Recorder;
  readonly #questions: Questions;
  /** How much each agent has said. */
  readonly #words = new Map<AgentId, number>();

  constructor(around: Around) {
    this.#around = around;
    this.#recorder = new Recorder(around.room);
    this.#questions = new Questions(around.system);
  }

  /** A person's answer comes as a fact of the run. */
  hear(...heard: Parameters<Questions['hear']>): void {
    this.#questions.hear(...heard);
  }

  make(
    adapter: Adapter,
    input: WorkInput,
    prepared: Prepared,
    given: Cancellation,
  ): Promise<Outcome> {
    const { desk, room } = this.#around;
    const role = desk.role(input.role);
    if (role.adapter === 'simulated') return this.#withNothing(adapter, input, prepared, given);
    const { skills = [] } = room.order;
    return skilled(prepared, role, skills, (told) => this.#withAll(adapter, input, told, given));
  }

  /** Whoever only pretends reads nothing, says nothing of its own, and hands nothing over. */
  #withNothing(
    adapter: Adapter,
    given: WorkInput,
    prepared: Prepared,
    cancellation: Cancellation,
  ): Promise<Outcome> {
    const { desk, room } = this.#around;
    const assignment = pretended(given, prepared);
    const tell = (event: AgentEvent): void => this.#overhear(assignment, event);
    const role = desk.role(given.role);
    const what = given.review ? 'review' : 'work';
    const price = this.#priceOf(role);
    const duty = { role, task: desk.task(given.task), what, limits: null, price } as const;
    const world = { clock: room.clock, cancellation, tell };
    const work = (lent: Assignment, around: AgentWorld) =>
      this.#anywhere(duty, lent, around, (told, heard) => adapter.work(told, heard));
    if (role.borrowing === undefined) return work(assignment, world);
    return room.accounting.attempt(role, assignment, world, work);
  }

  #withAll(
    adapter: Adapter,
    { inbox: _, ...given }: WorkInput,
    prepared: Prepared,
    cancellation: Cancellation,
  ): Promise<Outcome> {
    const { desk, room, sharing } = this.#around;
    const assignment = { ...given, ...prepared };
    const tell = (event: AgentEvent): void => this.#overhear(assignment, event);
    const asker = { agent: given.agent, token: given.token };
    const ask = (question: Question) =>
      this.#questions.ask(question, { ...asker, signal: cancellation.signal });
    const world = { clock: room.clock, cancellation, tell, ask };
    const role = desk.role(given.role);
    const of = { role, task: desk.task(given.task) };
    const what = given.review ? 'review' : 'work';
    const limits = limitsOf(role, of.task, what);
    const price = this.#priceOf(role);
    return sharing.around(assignment, of, world, (told, listened) =>
      this.#recorder.record({ assignment: told, ...of }, listened, (heard) =>
        room.accounting.attempt(role, told, heard, (lent, around) =>
          this.#anywhere({ ...of, what, limits, price }, lent, around, (given, seen) =>
            watched(limits, told.cwd, seen, (heard) =>
              relayed(this.#relayTerms(of), given, heard, (part, world) =>
                adapter.work(part, world),
              ),
            ),
          ),
        ),
      ),
    );
  }

  #anywhere(
    duty: Duty,
    assignment: Assignment,
    world: AgentWorld,
    here: Parameters<Elsewhere['attempt']>[3],
  ): Promise<Outcome> {
    const { elsewhere } = this.#around.room;
    if (elsewhere === null) return here(assignment, world);
    return elsewhere.attempt(duty, assignment, world, here);
  }

  /** For whoever counts elsewhere. */
  #priceOf(role: PlanRole): Duty['price'] {
    const { elsewhere, accounting } = this.#around.room;
    return elsewhere === null ? null : accounting.listPrice(role);
  }

  /** Of whoever judges, nothing is handed over. */
  #relayTerms({ role, task }: Of) {
    const handing = role.handing ?? { windowTokens: knownWindow(role), to: [] };
    const { contextOf, room } = this.#around;
    const context = contextOf(task.id);
    const left = (context?.spec.handoffs?.max ?? 0) - (context?.handed?.count ?? 0);
    const isJudged = context?.review.stage === 'open';
    return { ...handing, left: isJudged ? 0 : left, runFolder: room.folder.path };
  }

  /** An agent's words are for people to watch; only limits that come near are facts of the run. */
  #overhear({ agent, token }: Assignment, event: AgentEvent): void {
    const { room, system } = this.#around;
    const { folder, bus } = room;
    heed(system(), { agent, token }, event);
    const to = `run/${folder.id}/words/${agent}`;
    const sequence = (this.#words.get(agent) ?? 0) + 1;
    this.#words.set(agent, sequence);
    bus.publish({ to, from: agent, sequence, event });
  }
}

/** Place by place: thousands of these are made, and a spread would cost more than the rest. */
function pretended(
  { task, role, agent, token, attempt, timeoutMs, seed, earlier }: WorkInput,
  { prompt, argv, env, cwd, artifactsFolder }: Prepared,
): Assignment {
  return {
    task,
    role,
    agent,
    token,
    attempt,
    prompt,
    argv,
    env,
    cwd,
    artifactsFolder,
    timeoutMs,
    seed,
    ...(earlier && { earlier }),
  };
}

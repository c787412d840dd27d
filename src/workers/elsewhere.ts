/**
 * Has the attempts of one run made at workers that have joined its hub.
 *
 * Who works elsewhere sees the same task: what it reads of the run goes with it, what it leaves
 * comes back, and is then checked here like anybody's.
 */
import { relative } from 'node:path';
import type { Fault, Outcome } from '../../machines/outcome.ts';
import { noOutput, noUsage } from '../../machines/outcome.ts';
import { unitHash } from '../../machines/rules/backoff.ts';
import type { AgentWorld, Assignment } from '../agents/agent.ts';
import { streamPaths } from '../agents/streams.ts';
import { readVersion } from '../config.ts';
import type { Cancellation } from '../kernel/cancellation.ts';
import { attemptUsdMax } from '../plan/compile.ts';
import type { PlanRole, PlanTask } from '../plan/plan.ts';
import type { RunFolder, RunOrder } from '../runs/folder.ts';
import { artifactsFolder } from '../runs/results.ts';
import type { Labour, Undertaking } from './labour.ts';
import type { Root } from './packing.ts';
import { attemptAt, type Errand } from './remote-attempt.ts';
import { filesOfWorktree, type GitAround } from './repository-files.ts';
import type { Seat, Wish } from './roster.ts';
import { type Duty, type Elsewhere, isRemote } from './wanted.ts';
import type { Terms } from './wire.ts';

/** A free place is waited for so long before the task gives its own to others. */
const waitMs = 15_000;
const parkMs = 1_000;
const parkMaxMs = 30_000;

export class AtWorkers implements Elsewhere {
  readonly #labour: Labour;
  readonly #undertaking: Undertaking;
  readonly #around: GitAround;
  readonly #folder: RunFolder;
  readonly #order: RunOrder;
  /** The same in every order. */
  readonly #run: Pick<Terms, 'run' | 'runFolder' | 'speed'>;
  readonly #pretences = new Map<string, Errand>();

  constructor(labour: Labour, folder: RunFolder, order: RunOrder, around: GitAround) {
    this.#labour = labour;
    this.#undertaking = labour.undertake(folder.id);
    this.#around = around;
    this.#folder = folder;
    this.#order = order;
    this.#run = { run: folder.id, runFolder: folder.path, speed: order.speed };
  }

  judge(role: PlanRole): 'here' | Fault | null {
    if (isRemote(role)) return null;
    return role.where === 'any' && this.#labour.knows(wishOf(role)) ? null : 'here';
  }

  async attempt(
    duty: Duty,
    assignment: Assignment,
    world: AgentWorld,
    here: (assignment: Assignment, world: AgentWorld) => Promise<Outcome>,
  ): Promise<Outcome> {
    const holdsKeys = (assignment.secrets ?? []).length > 0;
    if (holdsKeys && !this.#labour.isPrivate) {
      return isRemote(duty.role) ? keysStay(duty.role) : here(assignment, world);
    }
    // Before a place is taken: nobody else waits for what git does here.
    const errand = await this.#errandFor(duty, assignment, world.cancellation);
    if (duty.role.where !== 'local') await this.#undertaking.ready(world.cancellation);
    const seat = errand && (await this.#seatFor(duty.role, world.cancellation));
    if (errand === null || seat === 'here') return here(assignment, world);
    if (seat === null) return nobodyFree(this.#labour, duty.role, assignment);
    return attemptAt(this.#labour, seat, errand, assignment, world);
  }

  close(): void {
    this.#undertaking.close();
  }

  /** Null for what is done here anyway. */
  #errandFor(duty: Duty, assignment: Assignment, given: Cancellation) {
    const { role, price } = duty;
    const isOurs = role.where === 'local' || (!isRemote(role) && this.judge(role) === 'here');
    if (isOurs) return null;
    const pretends = role.adapter === 'simulated';
    return pretends ? this.#pretence(role, price) : this.#errandOf(duty, assignment, given);
  }

  async #seatFor(role: PlanRole, given: Cancellation): Promise<Seat | 'here' | null> {
    const labour = this.#labour;
    if (role.where === 'local') return 'here';
    if (isRemote(role)) return labour.seat(wishOf(role), waitMs, given, this.#folder.id);
    if (!labour.knows(wishOf(role))) return 'here';
    return (await labour.seat(wishOf(role), 0, given, this.#folder.id)) ?? 'here';
  }

  async #errandOf(
    { role, task, what, limits, price }: Duty,
    assignment: Assignment,
    given: Cancellation,
  ): Promise<Errand> {
    const around = { ...this.#run, role, limits, price };
    const isFree = attemptUsdMax(role) === 0;
    const { cwd, artifactsFolder: artifacts } = assignment;
    const isShared = cwd === this.#order.cwd;
    const keeps = !isShared && what === 'work';
    const returns = [streamsOf(assignment), ...this.#below(artifacts)];
    const terms: Terms = {
      ...{ ...around, keeps, returns },
      files: 'sent',
      place: isShared ? 'shared' : 'own',
      git: task.workspace === 'worktree' && !isShared,
    };
    const own = isShared ? [] : [{ prefix: 'place', folder: cwd }];
    const names = terms.git ? await filesOfWorktree(cwd, this.#around, given.signal) : null;
    return {
      terms,
      use: 'once',
      sent: [
        this.#papers(task, what, assignment),
        ...own.map((root) => ({ ...root, ...(names && { names }) })),
      ],
      taken: [{ prefix: 'run', folder: this.#folder.path, allows: returns }, ...(keeps ? own : [])],
      isFree,
    };
  }

  /** Looks at no file, and leaves none: the terms are the same for all its attempts. */
  #pretence(role: PlanRole, price: Duty['price']): Errand {
    const known = this.#pretences.get(role.name);
    if (known) return known;
    const nothing = { files: 'none', place: 'shared', keeps: false, git: false } as const;
    const terms = { ...this.#run, role, limits: null, price, ...nothing, returns: [] };
    const isFree = attemptUsdMax(role) === 0;
    const errand: Errand = { terms, use: 'repeated', sent: [], taken: [], isFree };
    this.#pretences.set(role.name, errand);
    return errand;
  }

  /** What it may read of the run: what came of the tasks that it needs, or was pointed to. */
  #papers(task: PlanTask, what: Duty['what'], assignment: Assignment): Root {
    const all = [assignment.prompt, ...assignment.argv, ...Object.values(assignment.env)];
    const texts = all.filter((text) => text.includes(this.#folder.artifacts));
    const ids = texts.length === 0 ? [] : this.#order.plan.tasks.map(({ id }) => id);
    const pointedTo = ids.filter((id) =>
      texts.some((text) => text.includes(artifactsFolder(this.#folder, id))),
    );
    const needed = new Set([...task.needs, ...pointedTo]);
    if (what === 'review') needed.add(task.id);
    const names = [...needed].flatMap((id) => [`artifacts/${id}`, `results/${id}.json`]);
    return {
      prefix: 'run',
      folder: this.#folder.path,
      names: ['plan.json', 'context.json', ...names],
    };
  }

  #below(folder: string): readonly string[] {
    if (folder === '') return [];
    return [`${relative(this.#folder.path, folder).replaceAll('\\', '/')}/`];
  }
}

const wishOf = ({ name: role, labels = [] }: PlanRole): Wish => ({ role, labels });

/** How all its streams begin: `streams/build/7.` */
function streamsOf({ task, token }: Assignment): string {
  return streamPaths(task, token).stdout.replace(/out\.txt$/, '');
}

function keysStay({ name }: PlanRole): Outcome {
  const message = `${name} uses an account, and its key is not sent without TLS: see --tls`;
  const fault = { code: 'worker.bare', message, retryable: false };
  return { kind: 'failed', fault, ...nothingDone };
}

const nothingDone = { durationMs: 0, output: noOutput, usage: noUsage, evidence: [] };

/** Others may have their turn meanwhile; asked for less and less often. */
function nobodyFree(labour: Labour, role: PlanRole, { agent, attempt }: Assignment): Outcome {
  const mostMs = Math.min(parkMaxMs, parkMs * 2 ** Math.min(attempt - 1, 10));
  const [stranger] = labour.strangers;
  const hint = stranger
    ? `${stranger.name} is Troupe ${stranger.version}, and this ${readVersion()}: use the same`
    : `${wordsFor(role)} brings some`;
  const none = labour.knows(wishOf(role)) ? 'no worker has a free place' : 'there is no worker';
  const message = `${none} for ${role.name}; ${hint}`;
  const fault = { code: 'worker.none-free', message, retryable: true };
  const waitMs = Math.round(mostMs * (0.5 + unitHash(`${agent}#${attempt}`, 1) / 2));
  return { kind: 'limited', fault, waitMs, ...nothingDone };
}

/** Somebody who has the labels need not have the role, nor the other way round. */
const wordsFor = ({ name, labels = [] }: PlanRole): string =>
  ['troupe worker', `--role ${name}`, ...labels.map((label) => `--label ${label}`)].join(' ');

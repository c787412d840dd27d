/**
 * The house of runs: everything that page, feed and other servers may ask of a home, in process.
 *
 * Owns: the runs that it began or took up, and a board for each run that somebody looks at.
 * Invariants:
 * - a run that the house began is stopped, gently, when the house closes: it can be resumed;
 * - whatever is done to a run is an input of its journal with the name of who did it;
 * - boards are bounded: those that nobody has asked for longest are let go.
 */
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Troupe } from '../app.ts';
import { readVersion } from '../config.ts';
import { shellLine } from '../handoff/shell-line.ts';
import type { KeptRuns } from '../intake/kept-runs.ts';
import { type HouseStatus, plainStatus } from '../intake/status.ts';
import type { Clock } from '../kernel/clock.ts';
import { UserError } from '../kernel/user-error.ts';
import type { ForkOptions } from '../past/forking.ts';
import { keepMemory, type Upkeep, type UpkeepState } from '../remembering/upkeep.ts';
import { findRun, type RunFolder, readOrder } from '../runs/folder.ts';
import type { Run } from '../runs/run.ts';
import type { RunMeters } from '../telemetry/prometheus.ts';
import { Board } from './board.ts';
import { requestFor } from './deeds.ts';
import { machineShapes } from './machine-shapes.ts';
import { paperOf } from './paper.ts';
import { Past } from './past.ts';
import { lifeOf, RunList } from './run-list.ts';
import type {
  ActorLook,
  Comparison,
  Deed,
  FactRow,
  MachineShape,
  PlanFile,
  RunFrame,
  RunLine,
  TaskPaper,
} from './wire.ts';
import { WordsTail } from './words.ts';
import { beginWork, type Work } from './work.ts';

const boardsMax = 12;
const planFilesMax = 200;

interface Room {
  readonly folder: RunFolder;
  readonly board: Board;
  past: Past | null;
}

export class House {
  readonly troupe: Troupe;
  readonly #clock: Clock;
  readonly #kept: KeptRuns | null;
  readonly #since: number;
  #steward: { status(): HouseStatus } | null = null;
  readonly #runs = new Map<string, Run>();
  readonly #list: RunList;
  readonly #meters: Promise<RunMeters>;
  /** The one asked for last is at the end. */
  readonly #rooms = new Map<string, Room>();
  #upkeep: Upkeep | null = null;
  #closing = false;

  /** `kept`: where a persistent house notes what it goes on with after a restart. */
  constructor(troupe: Troupe, clock: Clock, kept: KeptRuns | null = null) {
    this.troupe = troupe;
    this.#clock = clock;
    this.#kept = kept;
    this.#since = clock.now();
    this.#list = new RunList(troupe);
    this.#meters = openMeters();
  }

  /** Has memory looked after, as the project says, until the house closes. */
  keepMemory(): void {
    const { everyMs, tasksMax } = this.troupe.project?.upkeep ?? { everyMs: null, tasksMax: null };
    this.#upkeep ??= keepMemory(this.troupe.config, this.#clock, {
      ...(everyMs !== null && { intervalMs: everyMs }),
      ...(tasksMax !== null && { budget: { tasksMax } }),
    });
  }

  /** How memory is looked after; null: not by this house. */
  get upkeep(): UpkeepState | null {
    return this.#upkeep?.state() ?? null;
  }

  /** Newest first. */
  runs(): Promise<readonly RunLine[]> {
    return this.#list.lines();
  }

  machines(): readonly MachineShape[] {
    return machineShapes();
  }

  /** Its board, up to date; `name` as a person gives it. */
  async board(name: string): Promise<Board> {
    const { board } = await this.#room(name);
    await board.refresh();
    return board;
  }

  async moment(name: string, n: number): Promise<RunFrame> {
    return (await this.#pastOf(name)).frame(n);
  }

  async look(name: string, address: string, n: number | null): Promise<ActorLook> {
    if (n === null) return (await this.board(name)).look(address);
    return (await this.#pastOf(name)).look(address, n);
  }

  lifeOf(board: Board): RunLine['life'] {
    const room = this.#rooms.get(board.run);
    return room ? lifeOf(room.folder) : 'nobody';
  }

  /** Facts before this one, newest last. */
  async facts(name: string, before: number): Promise<readonly FactRow[]> {
    return (await this.board(name)).factsBefore(before);
  }

  async words(name: string, task: string, token: number): Promise<WordsTail> {
    const { folder, board } = await this.#room(name);
    const role = board.shape.tasks.find(({ id }) => id === task)?.role;
    const adapter = board.shape.roles.find((each) => each.name === role)?.adapter ?? '';
    return new WordsTail(folder.path, task, token, adapter);
  }

  async paper(name: string, task: string): Promise<TaskPaper> {
    const { folder } = await this.#room(name);
    const board = await this.board(name);
    const { environment } = this.troupe.config;
    const paper = await paperOf(folder, task, { environment, clock: this.#clock });
    return { ...paper, attempts: board.attemptsOf(task) };
  }

  /** For a shell: where a person goes on with a task that they have taken over. */
  async opening(name: string, task: string): Promise<string> {
    const { folder } = await this.#room(name);
    const board = await this.board(name);
    const { folder: place, command } = board.opening(folder, await readOrder(folder), task);
    return shellLine(place, command);
  }

  async compare(name: string, from: number, to: number): Promise<Comparison> {
    const board = await this.board(name);
    const rewind = await this.troupe.rewind(name);
    try {
      const instant = (n: number) => ({ kind: 'input', n }) as const;
      const { changed, ...stamps } = rewind.compare(instant(from), instant(to));
      return {
        from: stamps.from,
        to: stamps.to,
        changed: changed.map(({ address, before, after }) => {
          const states = { before: before?.state ?? null, after: after?.state ?? null };
          return { address, ...states, why: after?.why ?? '' };
        }),
        facts: board.factsBetween(stamps.from.n, stamps.to.n),
      };
    } finally {
      rewind.close();
    }
  }

  /** The one door through which work comes in, whoever brings it: it is begun at once. */
  async take(work: Work): Promise<Run> {
    return this.#keep(await beginWork(this.troupe, this.#clock, work));
  }

  /** Goes on with a run that nobody works on. */
  async resume(name: string): Promise<string> {
    return (await this.goOnWith(name)).id;
  }

  async goOnWith(name: string): Promise<Run> {
    const before = this.#runs.get(name);
    // Until it has wholly stopped, it holds its folder.
    if (before && before.state !== 'alive') await before.end;
    return this.#keep(await this.troupe.resume(name));
  }

  /** A run of its own from a moment of another one on; the house works on it at once. */
  async fork(name: string, options: ForkOptions): Promise<string> {
    const { folder } = await this.troupe.fork(name, options);
    return this.resume(folder.id);
  }

  async act(name: string, deed: Deed, by: string): Promise<void> {
    const { folder, board } = await this.#room(name);
    await board.refresh();
    if (deed.type === 'resume') return void (await this.resume(folder.id));
    if (deed.type === 'stop') return this.#stop(folder.id);
    await this.troupe.ask(folder.id, requestFor(deed, by, board));
  }

  /** Plans that lie in the working directory, or right below it. */
  async planFiles(): Promise<readonly PlanFile[]> {
    const { cwd } = this.troupe.config;
    const found: string[] = [];
    for (const folder of [cwd, join(cwd, 'examples'), join(cwd, 'plans')]) {
      const names = await readdir(folder).catch(() => []);
      const plans = names.filter((name) => /\.ya?ml$/.test(name) && !/^(troupe|\.)/.test(name));
      found.push(...plans.sort().map((name) => relative(cwd, join(folder, name))));
    }
    return found.slice(0, planFilesMax).map((path) => ({ path }));
  }

  /** The runs that it works on stop, gently. */
  async close(): Promise<void> {
    for (const { past } of this.#rooms.values()) past?.close();
    this.#rooms.clear();
    this.#closing = true;
    const stopped = this.living.map((run) => run.stop());
    await Promise.all([...stopped, this.#upkeep?.close()]);
  }

  /** How it is; one that goes on for ever is looked after by somebody who knows more. */
  status(): HouseStatus {
    const { home } = this.troupe.config;
    const plain = { home, working: this.working, since: this.#since, at: this.#clock.now() };
    return this.#steward?.status() ?? plainStatus(plain);
  }

  /** From now on it is looked after. */
  employ(steward: { status(): HouseStatus }): void {
    this.#steward = steward;
  }

  /** What happened in the runs that it worked on, as Prometheus reads it. */
  async metrics(): Promise<string> {
    return (await this.#meters).text();
  }

  /** Those it works on now. */
  get working(): readonly string[] {
    return this.living.filter(({ state }) => state === 'alive').map(({ id }) => id);
  }

  /** Those that it began or took up, until each has ended; oldest first. */
  get living(): readonly Run[] {
    return [...this.#runs.values()];
  }

  /** Undefined: it does not work on it. */
  find(id: string): Run | undefined {
    return this.#runs.get(id);
  }

  #keep(run: Run): Run {
    this.#runs.set(run.id, run);
    // Whoever counts must not keep a run from going on.
    void this.#meters.then((meters) => meters.follow(run));
    run.end.then(({ kind }) => {
      // It may be worked on again by now, as another life of it.
      if (this.#runs.get(run.id) === run) this.#runs.delete(run.id);
      if (kind === 'ended') this.#kept?.forget(run.id);
    });
    this.#kept?.note(run.id);
    // It was begun while the house was being closed.
    if (this.#closing) void run.stop();
    return run;
  }

  async #stop(id: string): Promise<void> {
    const run = this.#runs.get(id);
    if (!run) throw notOurs(id);
    // A person wants it to rest, also after a restart.
    this.#kept?.forget(id);
    await run.stop();
  }

  async #pastOf(name: string): Promise<Past> {
    const room = await this.#room(name);
    await room.board.refresh();
    room.past ??= new Past(room.folder, room.board);
    return room.past;
  }

  async #room(name: string): Promise<Room> {
    const known = this.#rooms.get(name) ?? (await this.#open(name));
    this.#rooms.delete(known.folder.id);
    this.#rooms.set(known.folder.id, known);
    return known;
  }

  async #open(name: string): Promise<Room> {
    const folder = await findRun(this.troupe.config.home, name);
    const plan = await this.troupe.plan(folder.id);
    // Somebody else may have opened it meanwhile.
    const known = this.#rooms.get(folder.id);
    if (known) return known;
    const [oldest] = this.#rooms;
    if (oldest && this.#rooms.size >= boardsMax) {
      oldest[1].past?.close();
      this.#rooms.delete(oldest[0]);
    }
    return { folder, board: new Board(folder, plan, this.#clock), past: null };
  }
}

function notOurs(id: string): UserError {
  const message = `${id} is not worked on by this house`;
  return new UserError('run.elsewhere', message, 'stop the process that works on it, with Ctrl-C');
}

async function openMeters(): Promise<RunMeters> {
  const { RunMeters } = await import('../telemetry/prometheus.ts');
  return new RunMeters(readVersion());
}

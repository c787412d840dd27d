/** A child with everything that it started: signalled, watched and ended as one. */
import { spawn } from 'node:child_process';
import { assert } from '../../../machines/errors.ts';
import { type Clock, sleep } from '../../kernel/clock.ts';
import { errnoOf } from '../faults.ts';
import { allProcesses, processStatus } from './proc.ts';

/** How long the system may take to clear away what was killed; a hung disk can hold a process. */
const killedWithinMs = 2_000;
const pollFirstMs = 2;
const pollMaxMs = 250;
/** A wait that has become this slow is worth reading all of /proc for. */
const pollLookCloserMs = 16;

type Presence = 'present' | 'gone';

/** Its id is its leader's pid. No other group can get the id as long as one member is left. */
export class ProcessGroup {
  readonly id: number;
  readonly #clock: Clock;
  #presence: Presence = 'present';

  constructor(id: number, clock: Clock) {
    assert(Number.isSafeInteger(id) && id > 1, `not the id of a group of our own: ${id}`);
    this.id = id;
    this.#clock = clock;
  }

  /** Asks the system until it once said "gone"; after that the id may be somebody else's. */
  look(): Presence {
    return this.#signal(0);
  }

  /** Asks the members to end, and ends those that do not. */
  async end(graceMs: number): Promise<Presence> {
    if (this.look() === 'gone') return 'gone';
    if (process.platform === 'win32') return this.#endTree();
    this.#signal('SIGTERM');
    if ((await this.#goneWithin(graceMs)) === 'gone') return 'gone';
    return this.kill();
  }

  async kill(): Promise<Presence> {
    this.#signal('SIGKILL');
    return this.#goneWithin(killedWithinMs);
  }

  #signal(name: NodeJS.Signals | 0): Presence {
    if (this.#presence === 'gone') return 'gone';
    try {
      process.kill(process.platform === 'win32' ? this.id : -this.id, name);
    } catch (error) {
      // EPERM: a member became another user's. It is there, and there is nothing we may do.
      if (errnoOf(error) === 'ESRCH') this.#presence = 'gone';
    }
    return this.#presence;
  }

  async #goneWithin(limitMs: number): Promise<Presence> {
    const startedMs = this.#clock.elapsed();
    let pauseMs = pollFirstMs;
    while (this.look() === 'present' && this.#clock.elapsed() - startedMs < limitMs) {
      await sleep(this.#clock, pauseMs);
      if (pauseMs >= pollLookCloserMs && (await isDead(this.id, this.#clock))) this.#bury();
      pauseMs = Math.min(pollMaxMs, pauseMs * 2);
    }
    return this.#presence;
  }

  /** In a container nobody may ever collect the zombies; they run no more and count as gone. */
  #bury(): void {
    // Of a member that was forked while all of them were looked at, this leaves a zombie, too.
    this.#signal('SIGKILL');
    this.#presence = 'gone';
  }

  /** Windows has no groups: its own tool follows the tree down from a leader that still runs. */
  #endTree(): Promise<Presence> {
    return new Promise((resolve) => {
      const options = { stdio: 'ignore', windowsHide: true } as const;
      const killer = spawn('taskkill', ['/pid', String(this.id), '/T', '/F'], options);
      killer.once('error', () => resolve(this.look()));
      killer.once('exit', () => resolve(this.look()));
    });
  }
}

/** Whether all that is left of a group are zombies. False where nothing can be known. */
async function isDead(group: number, clock: Clock): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  for await (const pid of allProcesses(clock)) {
    const status = processStatus(pid);
    if (status?.group === group && status.state === 'running') return false;
  }
  return true;
}

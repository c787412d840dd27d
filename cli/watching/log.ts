/** Progress as structured logs: one object a line, for whoever collects what programs say. */
import type { RunFact } from '../../src/index.ts';
import { jsonLine } from '../terminal/text.ts';
import type { Progress, ProgressOptions } from './follower.ts';

type Level = 'info' | 'warn' | 'error';

export class Logged implements Progress {
  readonly #options: ProgressOptions;

  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  take({ at, type, ...fact }: RunFact): void {
    this.#write(at, levelOf(type), { event: type, ...fact });
  }

  say(message: string): void {
    this.#write(this.#options.clock.now(), 'info', { message });
  }

  close(): void {}

  #write(at: number, level: Level, words: object): void {
    const { run, output } = this.#options;
    const time = new Date(at).toISOString();
    output.note(`${jsonLine({ time, level, run: run.id, ...words })}\n`);
  }
}

/** What somebody should look at, and what went wrong for good. */
function levelOf(type: RunFact['type']): Level {
  switch (type) {
    case 'run.failed':
    case 'task.failed':
    case 'task.escalated':
    case 'role.lost':
      return 'error';
    case 'task.retrying':
    case 'task.parked':
    case 'task.asked':
    case 'task.held':
    case 'task.split':
    case 'agent.filled':
    case 'task.skipped':
    case 'task.cancelled':
    case 'run.cancelled':
    case 'agent.crashed':
    case 'agent.asked':
    case 'agent.restarting':
    case 'budget.warned':
      return 'warn';
    default:
      return 'info';
  }
}

/** What follows a run on stderr, in whatever style: it is told each fact. */
import type { Clock, RunFact, SeenRun } from '../../src/index.ts';
import type { Output } from '../terminal/render.ts';
import type { Environment } from '../terminal/style.ts';

export interface Progress {
  take(fact: RunFact): void;
  /** A line that stays. */
  say(line: string): void;
  close(): void;
}

export interface ProgressOptions {
  readonly run: SeenRun;
  readonly output: Output;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly style: 'drawn' | 'lines' | 'quiet' | 'json';
  /** `begins`: all that happens in it is told, from its first fact on. */
  readonly told: 'begins' | 'goes on';
  /** The command that approves a task. */
  readonly approve: (task: string) => string;
}

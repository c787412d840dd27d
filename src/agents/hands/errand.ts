/** A program that an agent has run for it: in its folder, without its key, never left behind. */
import { join } from 'node:path';
import type { Clock } from '../../kernel/clock.ts';
import type { Assignment } from '../agent.ts';
import {
  attemptMarks,
  attemptVariables,
  type Environment,
  type Run,
} from '../processes/environment.ts';
import type { Guardian } from '../processes/guardian.ts';
import { type Ended, runProcess } from '../processes/process.ts';
import { streamPaths } from '../streams.ts';
import { isStillOurs } from './still-ours.ts';

export interface ErrandWorld extends Run {
  readonly environment: Environment;
  readonly guardian: Guardian;
  readonly clock: Clock;
  /** The agent's own: names of variables that its programs must not see. */
  readonly keys: readonly string[];
  readonly outputMaxBytes?: number;
  readonly graceMs?: number;
}

export interface Errand {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly said?: (text: string) => void;
}

/** Counts the errands of one attempt: each has its own output, and its own mark. */
export class Errands {
  readonly #assignment: Assignment;
  readonly #world: ErrandWorld;
  #count = 0;

  constructor(assignment: Assignment, world: ErrandWorld) {
    this.#assignment = assignment;
    this.#world = world;
  }

  /** Never rejects; nothing of it runs any more when this resolves. */
  run({ argv, cwd, env = {}, timeoutMs, signal, said }: Errand): Promise<Ended> {
    this.#count += 1;
    const { task, token } = this.#assignment;
    const name = `run-${this.#count}`;
    const stem = streamPaths(task, token).stdout.replace(/\.out\.txt$/, `.${name}`);
    const { environment, guardian, clock, runFolder, outputMaxBytes, graceMs } = this.#world;
    return runProcess({
      ...{ argv, cwd, environment, guardian, clock, runFolder, token, timeoutMs, signal },
      variables: { ...this.#variables, ...env },
      // Its own: what is left of another errand must not be taken for a stray of this one.
      marks: {
        ...attemptMarks(this.#world, this.#assignment),
        TROUPE_TOKEN: `${token}.${name}`,
      },
      stdin: '',
      stdoutPath: join(runFolder, `${stem}.out.txt`),
      stderrPath: join(runFolder, `${stem}.err.txt`),
      ...(outputMaxBytes !== undefined && { outputMaxBytes }),
      ...(graceMs !== undefined && { graceMs }),
      said: (_, text) => said?.(text),
    });
  }

  /** False: what it wants done is for others to do, or for nobody. */
  isWanted(signal: AbortSignal): Promise<boolean> {
    const { guardian, clock } = this.#world;
    return isStillOurs({ guardian, clock, signal });
  }

  get #variables(): Readonly<Record<string, string>> {
    const { secrets = [], ...rest } = this.#assignment;
    const hidden = new Set([...secrets, ...this.#world.keys]);
    const env = Object.entries(rest.env).filter(([name]) => !hidden.has(name));
    return attemptVariables({ ...rest, env: Object.fromEntries(env) });
  }
}

/** What a shell says of a line, also on Windows. */
export const shellArgv = (line: string): readonly string[] =>
  process.platform === 'win32' ? ['cmd.exe', '/d', '/s', '/c', line] : ['/bin/sh', '-c', line];

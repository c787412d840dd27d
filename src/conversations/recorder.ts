/** Begins the recordings of a run: of every attempt of an agent that talks, if not private. */
import type { Outcome } from '../../machines/outcome.ts';
import type { AgentEvent, AgentWorld, Assignment } from '../agents/agent.ts';
import { streamPaths } from '../agents/streams.ts';
import type { Clock } from '../kernel/clock.ts';
import type { PlanRole, PlanTask } from '../plan/plan.ts';
import { patternsIn } from '../remembering/place.ts';
import type { RunFolder } from '../runs/folder.ts';
import { type Hide, hiderOf, secretsOf } from './privacy.ts';
import { Recording } from './recording.ts';

export interface RecorderOptions {
  readonly folder: RunFolder;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

/** An attempt that is to be written down. */
export interface Recorded {
  readonly assignment: Assignment;
  readonly task: PlanTask;
  readonly role: PlanRole;
}

export class Recorder {
  readonly #options: RecorderOptions;
  /** For attempts that are given no key of their own. */
  #hide: Hide | null = null;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** Listens to whatever is told while it is worked on. */
  async record(
    recorded: Recorded,
    world: AgentWorld,
    work: (heard: AgentWorld) => Promise<Outcome>,
  ): Promise<Outcome> {
    // Whoever gathers says nothing, and of private tasks nothing is to be kept.
    const isSilent = recorded.role.adapter === 'gather';
    if (isSilent || recorded.task.memory === 'off') return work(world);
    const recording = this.#begin(recorded);
    const tell = (event: AgentEvent): void => {
      recording.hear(event);
      world.tell(event);
    };
    try {
      const outcome = await work({ ...world, tell });
      recording.conclude(outcome);
      return outcome;
    } finally {
      recording.close();
    }
  }

  #begin({ assignment, task, role: { adapter } }: Recorded): Recording {
    const { folder, clock } = this.#options;
    const { role, agent, attempt, token, cwd, prompt, earlier } = assignment;
    return new Recording({
      runFolder: folder.path,
      heading: {
        ...{ type: 'conversation.begun', v: 1, at: clock.now(), run: folder.id },
        ...{ task: task.id, role, agent, attempt, token, adapter, cwd },
        continues: earlier?.session?.id ?? null,
      },
      prompt,
      hide: this.#hiderFor(assignment),
      clock,
      streams: streamPaths(assignment.task, token),
    });
  }

  #hiderFor({ env }: Assignment): Hide {
    const { environment } = this.#options;
    const patterns = patternsIn(environment);
    this.#hide ??= hiderOf([environment], patterns);
    return secretsOf(env).length > 0 ? hiderOf([environment, env], patterns) : this.#hide;
  }
}

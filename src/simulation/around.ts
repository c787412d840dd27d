/** What one life of the runtime and the world around it know of each other. */
import type { TaskRecord } from '../../machines/events.ts';
import type { Plan } from '../plan/plan.ts';
import type { RunEnd, RunFact } from '../runs/run.ts';
import type { SimulatedDisk } from './disk.ts';
import type { KillMoment } from './fault-mix.ts';
import type { Luck } from './luck.ts';
import type { People } from './people.ts';
import type { Planted } from './planted.ts';
import type { VirtualTime } from './virtual-time.ts';
import type { Unseen, Workshop } from './workshop.ts';

/** What is left of a life once it is over. */
export interface PastLife {
  readonly number: number;
  /** That its actors made. */
  readonly steps: number;
}

/** What a life is lived in, and leaves behind. */
export interface Around {
  readonly plan: Plan;
  readonly planted: Planted;
  readonly time: VirtualTime;
  readonly luck: Luck;
  readonly disk: SimulatedDisk;
  readonly workshop: Workshop;
  readonly people: People;
  readonly results: Map<string, TaskRecord>;
  readonly facts: RunFact[];
  readonly storeEvery: number;
  readonly see: (sighting: Unseen) => void;
  /** Names that never come twice, to draw luck by. */
  readonly nextName: () => number;
  /** Whether this life ends here, by order or by chance. */
  readonly strikesDead: (life: number, moment: KillMoment, n: number) => boolean;
  /** Whether somebody stops it gently now. */
  readonly stops: (life: number, n: number) => boolean;
  readonly lifeKilled: (life: PastLife) => void;
  /** It ended as it should, or could not go on. */
  readonly lifeOver: (life: PastLife, end: RunEnd) => void;
}

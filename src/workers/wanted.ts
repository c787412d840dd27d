/** Whether the attempts of a run may be made elsewhere: small, because every run asks. */
import type { Fault, Outcome } from '../../machines/outcome.ts';
import type { Price } from '../accounts/prices.ts';
import type { AgentWorld, Assignment } from '../agents/agent.ts';
import type { Config } from '../config.ts';
import type { ProgressLimits } from '../evidence/progress.ts';
import { UserError } from '../kernel/user-error.ts';
import type { Plan, PlanRole, PlanTask } from '../plan/plan.ts';
import type { RunFolder, RunOrder } from '../runs/folder.ts';

/** One attempt, as far as it matters where it is made. */
export interface Duty {
  readonly role: PlanRole;
  readonly task: PlanTask;
  readonly what: 'work' | 'review';
  readonly limits: ProgressLimits | null;
  /** What the tokens of its model cost, as far as that is known. */
  readonly price: Price | null;
}

/** Where the attempts of one run can be made beside here. */
export interface Elsewhere {
  /** `here`: this machine has to have what the role's agents need. Else what is wrong, or null. */
  judge(role: PlanRole): 'here' | Fault | null;
  /** Makes it there, or `here`. */
  attempt(
    duty: Duty,
    assignment: Assignment,
    world: AgentWorld,
    here: (assignment: Assignment, world: AgentWorld) => Promise<Outcome>,
  ): Promise<Outcome>;
  /** The run goes on here no more. */
  close(): void;
}

export type ElsewhereFor = (folder: RunFolder, order: RunOrder) => Elsewhere;

interface Opened {
  readonly elsewhere: ElsewhereFor;
  /** How long those elsewhere may go on when nobody hears of this process any more. */
  readonly outliveMs: number;
  /** `nobody`: all agents stay on this machine, each in a process of its own. */
  readonly joinedBy: 'workers' | 'nobody';
}

/** By the setting of the Troupe whose runs may go there. */
const open = new WeakMap<Config, Opened>();

/** Returns how to keep runs here again; those that are under way keep what they have. */
export function openElsewhere(
  config: Config,
  elsewhere: ElsewhereFor,
  { outliveMs = 0, joinedBy = 'workers' }: Partial<Omit<Opened, 'elsewhere'>> = {},
): () => void {
  if (open.has(config)) {
    const hint = 'close the other one first';
    throw new UserError('bus.open', 'runs have a bus for workers already', hint);
  }
  open.set(config, { elsewhere, outliveMs, joinedBy });
  return () => {
    open.delete(config);
  };
}

export const elsewhereFor = (config: Config): ElsewhereFor | null =>
  open.get(config)?.elsewhere ?? null;

/** For whoever goes on with a run of this process when that is dead: 0 where nobody outlives it. */
export const outliveMsOf = (config: Config): number => open.get(config)?.outliveMs ?? 0;

/** A role with labels is for whoever has them: this machine has none. */
export const isRemote = ({ where, labels = [] }: PlanRole): boolean =>
  where === 'remote' || (where === 'any' && labels.length > 0);

/** Throws a UserError for a plan that needs workers where none could join. */
export function requireBus({ roles }: Plan, config: Config): void {
  const role = roles.find(isRemote);
  const joinedBy = open.get(config)?.joinedBy;
  if (!role || joinedBy === 'workers') return;
  const why = joinedBy === 'nobody' ? '--isolate lets nobody join' : 'there is no bus to join';
  const message = `${role.name} works elsewhere, and ${why}`;
  const hint = 'give it one: --bus 127.0.0.1:7700 or --nats nats://..., and start troupe worker';
  throw new UserError('worker.no-bus', message, hint);
}

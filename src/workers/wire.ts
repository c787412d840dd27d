/** What a hub and its workers say to each other; nothing of it is believed before it fits. */
import { z } from 'zod';
import type { Assignment } from '../agents/agent.ts';
import type { ProgressLimits } from '../evidence/progress.ts';
import type { PlanRole } from '../plan/plan.ts';
import { parcelSchema } from './parcel.ts';
import { agentEventSchema, leaveSchema, outcomeSchema, questionSchema } from './report-shapes.ts';

/** Where workers come to; each one has a desk of its own below its name. */
export const hubDesk = 'hub/workers';
export const hubFiles = 'hub/files';
export const deskOf = (name: string, life: string): string => `node/${name}/${life}`;
export const filesOf = (desk: string): string => `${desk}/files`;

/** Names of nodes stand in addresses. */
export const nodeNamePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

const word = z.string().min(1).max(200);
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** A role that is not named: `*` stands for every one. */
export const anyRole = '*';
const rolesMax = 200;
const placesMax = 10_000;
const underWayMax = 20_000;
const eventsMax = 10_000;

export const joinSchema = z.strictObject({
  type: z.literal('worker.join'),
  version: word,
  /** Places by role. */
  roles: z
    .record(word, z.number().int().min(1).max(placesMax))
    .refine((roles) => Object.keys(roles).length <= rolesMax),
  labels: z.array(word).max(rolesMax),
});
export type Join = z.infer<typeof joinSchema>;

/** It is there; these are the tickets that it works on. */
export const beatSchema = z.strictObject({
  type: z.literal('worker.beat'),
  tickets: z.array(word).max(underWayMax),
});
export const leaveHubSchema = z.strictObject({ type: z.literal('worker.leave') });

/** What a worker asks of the hub. */
export const askedSchema = z.discriminatedUnion('type', [joinSchema, beatSchema, leaveHubSchema]);

export const joinedSchema = z.strictObject({
  type: z.literal('worker.joined'),
  leaseMs: z.number().min(1),
});
export const keptSchema = z.strictObject({
  type: z.literal('worker.kept'),
  /** Tickets that nobody waits for any more. */
  void: z.array(word),
});

/** What a worker tells of an attempt, in order. */
export const toldSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('work.told'),
    ticket: word,
    events: z.array(agentEventSchema).max(eventsMax),
  }),
  z.strictObject({
    type: z.literal('work.asked'),
    ticket: word,
    id: count,
    question: questionSchema,
  }),
  z.strictObject({
    type: z.literal('work.ended'),
    ticket: word,
    /** Told, and not sent before. */
    events: z.array(agentEventSchema).max(eventsMax),
    outcome: outcomeSchema,
    parcel: parcelSchema,
  }),
]);
export type Told = z.infer<typeof toldSchema>;

/** How an attempt is to be made, whichever it is. */
export interface Terms {
  readonly run: string;
  /** `beside`: it sees the files of the run as they are. `none`: it looks at none. */
  readonly files: 'sent' | 'beside' | 'none';
  readonly role: PlanRole;
  readonly limits: ProgressLimits | null;
  readonly speed: number;
  /** Absolute, at the hub: what stands for it in prompts and variables. */
  readonly runFolder: string;
  /** `own`: its files are in the parcel. `shared`: it works where the worker does. */
  readonly place: 'own' | 'shared';
  /** Whether what it changes of its place is wanted back. */
  readonly keeps: boolean;
  /** The place is a worktree: a repository, there too. */
  readonly git: boolean;
  /** Below the run's folder, with `/`: files that begin so are sent back. */
  readonly returns: readonly string[];
  /** Dollars for a million tokens of its model; null when nobody knows. */
  readonly price: Price | null;
}

/** Whole, with the number that they are kept under (0: not at all); or the number alone. */
export type SentTerms = (Terms & { readonly number: number }) | number;

/** One attempt, as a worker is given it: everything that its machine does not have. */
export interface WorkOrder {
  readonly ticket: string;
  readonly terms: Terms;
  readonly assignment: Assignment;
  readonly parcel: z.infer<typeof parcelSchema>;
}

export interface SentOrder extends Omit<WorkOrder, 'terms'> {
  readonly type: 'work.begin';
  readonly terms: SentTerms;
}

interface Price {
  readonly input: number;
  readonly output: number;
  readonly cached: number | null;
}

const termsShape = z.looseObject({
  number: count,
  run: word,
  role: z.looseObject({ name: word, adapter: word }),
});
/** The hub is believed: whoever could speak in its name could as well be it. */
const orderShape = z.looseObject({
  type: z.literal('work.begin'),
  ticket: word,
  terms: z.union([count, termsShape]),
  assignment: z.looseObject({ task: word, cwd: word, argv: z.array(z.string()) }),
  parcel: parcelSchema,
});
export const orderSchema = z.custom<SentOrder>((value) => orderShape.safeParse(value).success);

/** What the hub asks of a worker. */
export const commandSchema = z.union([
  orderSchema,
  z.strictObject({ type: z.literal('work.give-up'), ticket: word }),
  z.strictObject({ type: z.literal('work.close'), ticket: word }),
  /** Whatever is done of the run for other hubs ends, before this is answered. */
  z.strictObject({ type: z.literal('work.clear'), run: word }),
  z.strictObject({
    type: z.literal('work.answer'),
    ticket: word,
    id: count,
    leave: leaveSchema,
  }),
]);

/** Either side asks the other for a piece of a file that it has offered. */
export const readSchema = z.strictObject({
  type: z.literal('files.read'),
  parcel: word,
  file: count,
  offset: count,
});
export const partSchema = z.strictObject({
  type: z.literal('files.part'),
  data: z.base64().max(2 * 1024 * 1024),
});

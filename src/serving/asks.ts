/** What a page may send, checked before anybody sees it. */
import { z } from 'zod';
import type { Deed, Wanted } from './wire.ts';
import type { Work } from './work.ts';

const name = z.string().min(1).max(300);
const text = z.string().min(1).max(20_000);
const whole = z.number().int().min(0).max(1e12);

export const wantedSchema: z.ZodType<Wanted> = z.strictObject({
  runs: z.boolean(),
  run: z.strictObject({ id: name, since: whole, facts: whole }).nullable(),
  moment: whole.nullable(),
  actor: name.nullable(),
  words: z.strictObject({ task: name, token: whole }).nullable(),
});

const task = name;
const why = { reason: text.optional() };

export const deedSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('pause') }),
  z.strictObject({
    type: z.literal('continue'),
    concurrency: z.number().int().min(1).max(10_000).optional(),
  }),
  z.strictObject({ type: z.literal('resume') }),
  z.strictObject({ type: z.literal('stop') }),
  z.strictObject({ type: z.literal('cancel'), task: task.optional(), ...why }),
  z.strictObject({ type: z.literal('skip'), task }),
  z.strictObject({ type: z.literal('add'), tasks: z.string().min(1).max(400_000) }),
  z.strictObject({ type: z.literal('retry'), task }),
  z.strictObject({ type: z.literal('approve'), task }),
  z.strictObject({ type: z.literal('reject'), task }),
  z.strictObject({ type: z.literal('take'), task }),
  z.strictObject({
    type: z.literal('hand-back'),
    ...{ task, note: z.string().max(20_000), work: z.enum(['open', 'done']) },
  }),
  z.strictObject({ type: z.literal('tell'), agent: name, text }),
  z.strictObject({
    type: z.literal('limit'),
    concurrency: z.number().int().min(1).max(10_000).optional(),
    budgetUsd: z.number().min(0).max(1_000_000).nullable().optional(),
  }),
]) as unknown as z.ZodType<Deed>;

/** A plan comes as a file: the house reads it as whoever asks would, from that folder. */
export const workSchema = z.strictObject({
  plan: z.string().min(1).max(4_096),
  folder: z.string().min(1).max(4_096).optional(),
  inputs: z.record(z.string(), z.string().max(20_000)).optional(),
  speed: z.number().positive().max(1e9).optional(),
  requireCertificate: z.boolean().optional(),
  anyway: z.boolean().optional(),
}) as unknown as z.ZodType<Work>;

export const forkSchema = z.strictObject({
  at: whole.optional(),
  before: name.optional(),
  set: z
    .array(z.strictObject({ key: name, text: z.string().max(20_000) }))
    .max(100)
    .optional(),
});

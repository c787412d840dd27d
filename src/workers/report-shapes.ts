/** The shapes of what agents elsewhere tell of their work: a stranger's words until they fit. */
import { z } from 'zod';
import type { Outcome } from '../../machines/outcome.ts';
import type { AgentEvent, Leave, Question } from '../agents/agent.ts';
import type { TroubleKind } from '../agents/trouble.ts';

const text = z.string().max(8 * 1024 * 1024);
const line = z.string().max(64 * 1024);
const amount = z.number().min(0);
const hash = z.string().max(128);

const usage = z.strictObject({
  inputTokens: amount,
  outputTokens: amount,
  cachedTokens: amount.optional(),
  costUsd: amount.nullable(),
});
const reset = z.union([
  z.strictObject({ afterMs: z.number() }),
  z.strictObject({ atMs: z.number() }),
]);
const troubleKinds = [
  ...(['auth', 'quota', 'exhausted', 'transient', 'refused', 'permission'] as const),
  ...(['budget', 'turns', 'session-lost', 'hang', 'stuck', 'malformed'] as const),
] as const satisfies readonly TroubleKind[];
const trouble = z.strictObject({
  kind: z.enum(troubleKinds),
  message: line,
  until: reset.nullable(),
});

export const questionSchema: z.ZodType<Question> = z.strictObject({ tool: line, input: line });
export const leaveSchema: z.ZodType<Leave> = z.strictObject({
  answer: z.enum(['allow', 'deny']),
  by: line,
});

/** Of money and accounts only the hub tells: no worker may. */
const told = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('agent.started'), pid: z.number().nullable() }),
  z.strictObject({
    type: z.literal('agent.said'),
    stream: z.enum(['stdout', 'stderr']),
    text,
  }),
  z.strictObject({
    type: z.literal('session.opened'),
    session: line,
    model: line.nullable(),
  }),
  z.strictObject({ type: z.literal('text.written'), text, piece: z.enum(['whole', 'part']) }),
  z.strictObject({ type: z.literal('thought.told'), text }),
  z.strictObject({ type: z.literal('tool.called'), call: line, tool: line, input: line }),
  z.strictObject({
    type: z.literal('tool.ended'),
    call: line,
    how: z.enum(['succeeded', 'failed', 'denied']),
  }),
  z.strictObject({ type: z.literal('permission.asked'), tool: line, reason: line }),
  z.strictObject({ type: z.literal('permission.requested'), tool: line, input: line }),
  z.strictObject({
    type: z.literal('permission.answered'),
    ...{ tool: line, input: line, answer: z.enum(['allow', 'deny']), by: line },
  }),
  z.strictObject({
    type: z.literal('usage.counted'),
    over: z.enum(['step', 'attempt', 'session']),
    usage,
  }),
  z.strictObject({ type: z.literal('rate.limited'), message: line, until: reset.nullable() }),
  z.strictObject({ type: z.literal('limits.told'), headers: z.record(line, line) }),
  z.strictObject({ type: z.literal('request.failed'), trouble }),
  z.strictObject({
    type: z.literal('turn.ended'),
    trouble: trouble.nullable(),
    answer: text.nullable(),
  }),
]);
export const agentEventSchema = told as unknown as z.ZodType<AgentEvent>;

const fault = z.strictObject({
  code: z.string().regex(/^[a-z][a-z0-9.-]{0,99}$/),
  message: line,
  retryable: z.boolean(),
});
const fact = z.union([line, z.number(), z.boolean()]);
const evidence = z.strictObject({
  kind: z.enum(['exit', 'turn']),
  passed: z.boolean(),
  summary: line,
  facts: z.record(line, fact),
});
const measured = {
  durationMs: amount,
  output: z.strictObject({ path: line, bytes: amount, sha256: hash, text }),
  usage,
  evidence: z.array(evidence).max(100),
  session: z.strictObject({ id: line, counted: usage }).optional(),
  limits: z.record(line, z.number()).optional(),
  chosen: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,63}$/)
    .optional(),
};

/** Judgements, answers and sub-tasks are read out of this by the hub's side, never taken over. */
const outcome = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('succeeded'), ...measured }),
  z.strictObject({ kind: z.literal('failed'), fault, ...measured }),
  z.strictObject({ kind: z.literal('limited'), fault, waitMs: amount, ...measured }),
  z.strictObject({ kind: z.literal('interrupted'), fault, ...measured }),
]);
export const outcomeSchema = outcome as unknown as z.ZodType<Outcome>;

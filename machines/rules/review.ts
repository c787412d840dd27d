/**
 * The panel that judges an attempt: who may sit on it, what its votes come to, and what it costs.
 *
 * Invariants:
 * - nobody votes twice, and the author of the work never votes;
 * - whatever can't be read as a verdict is no vote: it never counts as an acceptance;
 * - reviews are made one after the other, and none once the rest can't change the result;
 * - there are at most `of` votes and `retries` + 1 reviews that come to nothing.
 */
import { assert } from '../errors.ts';
import type { Fact, ReviewOrder, TroupeEvent, VoteCount } from '../events.ts';
import { type AgentId, agentAddress, type RoleName } from '../ids.ts';
import type { Message } from '../messages.ts';
import type { Evidence, Fault, Judgement, Outcome } from '../outcome.ts';
import type { ReviewSpec, TaskSpec } from '../plan.ts';
import type { TaskContext } from './attempt.ts';
import * as attempts from './attempt.ts';
import { noReview, type Panel, type Review } from './panel.ts';
import type { VerifyInput } from './verdict.ts';

type Patch = Partial<TaskContext>;

const noVerdict: Fault = {
  code: 'review.garbled',
  message: 'gave no verdict that could be read',
  retryable: true,
};

export function reviewOf({ spec }: Pick<TaskContext, 'spec'>): ReviewSpec {
  assert(spec.review, `${spec.id} is reviewed by nobody`);
  return spec.review;
}

export function panelOf({ spec, review }: Pick<TaskContext, 'spec' | 'review'>): Panel {
  assert(review.stage === 'open', `${spec.id} is not being reviewed`);
  return review;
}

/** Its checks have passed, and now others are to say what they think. */
export function isDue({ spec, fault, review }: TaskContext): boolean {
  return fault === null && review.stage === 'none' && spec.review !== undefined;
}

/** Somebody is to be found for the next review. */
export function called({ review }: TaskContext): Patch {
  const { votes, spoilt } = review.stage === 'open' ? review : { votes: [], spoilt: 0 };
  return {
    slot: 'queued',
    review: { stage: 'open', votes, spoilt, reviewer: null, token: null, last: null },
  };
}

export function begun(context: TaskContext, event: TroupeEvent & { type: 'task.assign' }): Patch {
  const { agent: reviewer, token } = event;
  return { slot: 'held', review: { ...panelOf(context), reviewer, token } };
}

/** Whoever begins to judge knows nothing of the work but what it is told: no session goes on. */
export function assignment(context: TaskContext): Message {
  const { spec, agent, attempt, seed } = context;
  const panel = panelOf(context);
  const { reviewer, token } = panel;
  assert(reviewer !== null && token !== null && agent !== null, `nobody is to judge ${spec.id}`);
  const review: ReviewOrder = { author: agent, count: panel.votes.length + panel.spoilt + 1 };
  const { timeoutMs } = reviewOf(context);
  const order = { task: spec.id, token, attempt, timeoutMs, seed, review };
  return { to: agentAddress(reviewer), event: { type: 'agent.assign', ...order } };
}

/** A review has ended: it is a vote, or it came to nothing, or it only has to wait. */
export function counted(context: TaskContext, outcome: Outcome): Patch {
  const costUsd = attempts.costWith(context.costUsd, outcome);
  const panel = panelOf(context);
  const { reviewer } = panel;
  const { judgement } = outcome;
  if (outcome.kind === 'succeeded' && judgement !== undefined) {
    assert(reviewer !== null, `nobody has judged ${context.spec.id}`);
    const votes = [...panel.votes, { reviewer, ...judgement }];
    const last = { outcome, fault: null, restMs: null };
    const evidence = [...context.evidence, evidenceOf(reviewer, judgement, outcome)];
    return { costUsd, evidence, review: { ...panel, votes, last } };
  }
  const fault = outcome.kind === 'succeeded' ? noVerdict : outcome.fault;
  const restMs = restOf(context, outcome);
  if (restMs === null) return { costUsd, ...spoilt(context, fault, outcome) };
  const last = { outcome, fault, restMs };
  return { costUsd, pauses: context.pauses + 1, review: { ...panel, last } };
}

/** Limits and stops of the runtime are nobody's fault here either. */
function restOf({ pauses }: TaskContext, outcome: Outcome): number | null {
  if (pauses >= attempts.pausesMax) return null;
  if (outcome.kind === 'limited') return Math.max(0, outcome.waitMs);
  return outcome.kind === 'interrupted' ? 0 : null;
}

/** Nobody knows what the reviewer thinks, and that is no acceptance. */
export function spoilt(context: TaskContext, fault: Fault, outcome: Outcome | null = null): Patch {
  const panel = panelOf(context);
  const last = { outcome, fault, restMs: null };
  return { review: { ...panel, spoilt: panel.spoilt + 1, last } };
}

export function rests(context: TaskContext): boolean {
  return restMs(context) !== null;
}

export function restMs(context: TaskContext): number | null {
  return panelOf(context).last?.restMs ?? null;
}

export type Standing = 'open' | 'accepted' | 'rejected' | 'unsettled';

export function standing(context: TaskContext): Standing {
  const { quorum, of, retries } = reviewOf(context);
  const { accepted, rejected } = countOf(context);
  if (accepted >= quorum) return 'accepted';
  if (rejected > of - quorum) return 'rejected';
  return panelOf(context).spoilt > retries ? 'unsettled' : 'open';
}

function countOf(context: TaskContext): VoteCount {
  const { votes } = panelOf(context);
  const accepted = votes.filter(({ accepts }) => accepts).length;
  return { accepted, rejected: votes.length - accepted, quorum: reviewOf(context).quorum };
}

/** The panel has decided against it, or can't decide. */
export function closed(context: TaskContext): Patch {
  const isRejected = standing(context) === 'rejected';
  return { review: noReview, fault: isRejected ? rejection(context) : unsettled(context) };
}

/** What is to be checked: the world takes nothing over that is yet to be judged. */
export function verifyInput({ spec, review, ...of }: TaskContext): VerifyInput {
  const { token, attempt, outcome } = of;
  return { task: spec.id, token, attempt, outcome, look: lookOf(spec, review) };
}

function lookOf(spec: TaskSpec, { stage }: Review): VerifyInput['look'] {
  if (!spec.review) return 'whole';
  return stage === 'accepted' ? 'final' : 'own';
}

/** Told to the author, whose next attempt begins with it. */
function rejection(context: TaskContext): Fault {
  const { votes } = panelOf(context);
  const against = votes.filter(({ accepts }) => !accepts);
  const said = against.map(({ reviewer, reasons }) => `${reviewer}: ${inWords(reasons)}`);
  const message = `${against.length} of ${votes.length} reviewers rejected it\n${said.join('\n')}`;
  return { code: 'review.rejected', message, retryable: true };
}

/** Another attempt at the work would not mend its reviewers. */
function unsettled(context: TaskContext): Fault {
  const { accepted, quorum } = countOf(context);
  const { last } = panelOf(context);
  const why = last?.fault?.message ?? 'nobody knows why';
  const message =
    `unverified: ${accepted} of the ${quorum} acceptances that it needs, ` +
    `and the last review came to nothing: ${why}`;
  return { code: 'review.unsettled', message, retryable: false };
}

function evidenceOf(reviewer: AgentId, judgement: Judgement, outcome: Outcome): Evidence {
  const { accepts, reasons } = judgement;
  const verdict = accepts ? 'accepted' : 'rejected';
  return {
    kind: 'review',
    passed: accepts,
    summary: `${reviewer} ${verdict} it: ${inWords(reasons)}`,
    facts: { reviewer, verdict, outputSha256: outcome.output.sha256 },
  };
}

const inWords = (reasons: readonly string[]): string => reasons.join('; ') || 'no reason given';

export function reviewingFact(context: TaskContext): Fact {
  const { spec, attempt } = context;
  const { role } = reviewOf(context);
  return { type: 'task.reviewing', task: spec.id, attempt, role, votes: countOf(context) };
}

export function assignedFact(context: TaskContext): Fact {
  return { type: 'review.assigned', token: panelOf(context).token, ...who(context) };
}

export function endedFact(context: TaskContext): Fact {
  const { last, votes } = panelOf(context);
  const vote = last?.fault === null ? votes.at(-1) : undefined;
  const verdict = vote ? (vote.accepts ? 'accepted' : 'rejected') : 'none';
  const reasons = vote?.reasons ?? [last?.fault?.message ?? 'nobody knows why'];
  return { type: 'review.ended', ...who(context), verdict, reasons, votes: countOf(context) };
}

/** It waits like one whose author met a limit. */
export function parkedFact(context: TaskContext): Fact {
  const { last } = panelOf(context);
  const [fault, waitMs] = [last?.fault ?? null, last?.restMs ?? 0];
  return { type: 'task.parked', task: context.spec.id, fault, waitMs };
}

function who(context: TaskContext) {
  const { spec, attempt } = context;
  const [{ role }, { reviewer }] = [reviewOf(context), panelOf(context)];
  return { task: spec.id, attempt, role, reviewer };
}

/** How often each role may be asked for one task at worst: what a budget has to stand. */
export function worstCalls({
  role,
  retries,
  review,
  resolver,
}: Pick<TaskSpec, 'role' | 'retries' | 'review' | 'resolver'>): ReadonlyMap<RoleName, number> {
  const calls = new Map<RoleName, number>();
  const add = (name: RoleName, count: number) => calls.set(name, (calls.get(name) ?? 0) + count);
  const resolutions = resolver === undefined ? 0 : attempts.resolutionsMax;
  add(role, retries + 1);
  // Whoever has begun to resolve makes the retries that are left, too.
  if (resolver !== undefined) add(resolver, resolutions + retries);
  if (review) add(review.role, (retries + 1 + resolutions) * (review.of + review.retries));
  return calls;
}

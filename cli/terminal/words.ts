/** Says facts in words: a full account for `logs`, and the few lines that progress is made of. */
import { duration, type RunFact } from '../../src/index.ts';
import type { Mark } from './marks.ts';
import { money } from './style.ts';
import { plainLine } from './text.ts';

type Fault = { readonly message: string } | null;

const why = (fault: Fault): string => plainLine(fault?.message ?? '');
const joined = (parts: readonly string[]): string => parts.filter((part) => part).join(', ');
const after = (ms: number): string => (ms > 0 ? `in ${duration(ms)}` : 'at once');
const attemptOf = (attempt: number): string => (attempt > 1 ? `attempt ${attempt}` : '');

/** The task, agent or role that it is about; empty for the run itself. */
export function subjectOf(fact: RunFact): string {
  if ('task' in fact) return fact.task;
  if ('agent' in fact) return fact.agent;
  if (fact.type === 'budget.warned') return fact.account ?? fact.role ?? 'budget';
  if (fact.type === 'context.changed' || fact.type === 'context.refused') return fact.key;
  return 'role' in fact ? fact.role : '';
}

/** What there is to know beside its type and subject. */
export function detailOf(fact: RunFact): string {
  switch (fact.type) {
    case 'run.started':
      return `${fact.tasks} tasks, ${fact.agents} agents`;
    case 'run.failed':
    case 'run.cancelled':
      return plainLine(fact.reason);
    case 'plan.amended':
      return amended(fact);
    case 'budget.warned':
      return `${money(fact.spentUsd)} of ${money(fact.limitUsd)} are spent`;
    case 'wave.started':
      return `wave ${fact.wave + 1}`;
    case 'task.assigned':
    case 'task.started':
      return joined([fact.agent ?? '', `attempt ${fact.attempt}`]);
    case 'task.verifying':
      return `attempt ${fact.attempt}`;
    case 'task.reviewing':
      return joined([`attempt ${fact.attempt}`, `${fact.role} is to judge`, votes(fact)]);
    case 'review.assigned':
      return joined([fact.reviewer ?? '', `judges attempt ${fact.attempt}`]);
    case 'review.ended':
      return joined([
        `${fact.reviewer ?? fact.role}: ${verdicts[fact.verdict]}`,
        plainLine(fact.reasons.join('; ')),
        votes(fact),
      ]);
    case 'plan.grown':
      return plainLine(fact.tasks.join(', '));
    case 'plan.extended':
      return plainLine(`${fact.tasks.join(', ')}, by ${fact.by}`);
    case 'task.delegated':
      return `waits for ${plainLine(fact.subtasks.join(', '))}`;
    case 'task.retrying':
      return joined([why(fact.fault), `again ${after(fact.delayMs)}`]);
    case 'task.parked':
      return joined([why(fact.fault), `goes on ${after(fact.waitMs)}`]);
    case 'task.held':
    case 'task.returned':
    case 'task.split':
    case 'task.escalated':
      return mended(fact);
    case 'task.succeeded':
    case 'task.failed':
    case 'task.skipped':
    case 'task.cancelled':
      return joined([fact.agent ?? '', attemptOf(fact.attempts), took(fact), why(fact.fault)]);
    case 'agent.crashed':
    case 'role.lost':
      return why(fact.fault);
    case 'context.changed':
      return plainLine(`by ${fact.by}, version ${fact.version}: ${fact.value ?? 'taken away'}`);
    case 'context.refused':
      return plainLine(`by ${fact.by}: ${fact.reason}, it has version ${fact.version}`);
    case 'agent.asked':
    case 'agent.answered':
    case 'agent.filled':
    case 'agent.told':
    case 'agent.restarting':
      return saidOf(fact);
    case 'run.draining':
    case 'run.succeeded':
    case 'task.ready':
    case 'task.asked':
    case 'agent.spawned':
    case 'agent.stopped':
      return '';
  }
}

type Saying = RunFact & {
  type: 'agent.asked' | 'agent.answered' | 'agent.filled' | 'agent.told' | 'agent.restarting';
};

/** What passes between an agent and people. */
function saidOf(fact: Saying): string {
  switch (fact.type) {
    case 'agent.asked':
      return plainLine(`${fact.agent}: may it use ${fact.question.tool} ${fact.question.input}`);
    case 'agent.answered':
      return plainLine(`${fact.by}: ${fact.answer}`);
    case 'agent.restarting':
      return `${fact.agents.join(', ')} ${after(fact.delayMs)}`;
    case 'agent.filled':
      return `${fact.agent}: its context is ${fact.percent} % full`;
    case 'agent.told':
      return plainLine(fact.text);
  }
}

type Mended = RunFact & {
  type: 'task.held' | 'task.returned' | 'task.split' | 'task.escalated';
};

/** What is done where attempts alone do not help. */
function mended(fact: Mended): string {
  switch (fact.type) {
    case 'task.held':
      return plainLine(`${fact.by} has it, for ${duration(fact.withinMs)} at most`);
    case 'task.returned':
      return plainLine(fact.by === null ? 'nobody handed it back in time' : `by ${fact.by}`);
    case 'task.split':
      return joined([`failed ${fact.failures} times`, `${fact.role} splits it`, why(fact.fault)]);
    case 'task.escalated':
      return joined([why(fact.fault), `a person decides ${after(fact.withinMs)}`]);
  }
}

type Votes = (RunFact & { type: 'review.ended' })['votes'];

const verdicts = { accepted: 'accepted', rejected: 'rejected', none: 'no verdict' } as const;

function votes({ votes }: { votes: Votes }): string {
  return `${votes.accepted} of ${votes.quorum} accept`;
}

type Amended = RunFact & { type: 'plan.amended' };

function amended({ by, concurrency, tasks, roles }: Amended): string {
  const [all, wide] = [[...roles, ...tasks].join(', '), concurrency ?? ''];
  return plainLine(joined([`by ${by}`, wide === '' ? '' : `concurrency ${wide}`, all]));
}

/** What never ran took no time. */
function took({ agent, durationMs }: { agent: string | null; durationMs: number }): string {
  return agent === null ? '' : duration(durationMs);
}

/** One line of progress that stays. */
export interface Notice {
  readonly mark: Mark;
  readonly subject: string;
  readonly detail: string;
}

/** Null for a fact that only moves the picture. */
export function noticeOf(fact: RunFact, approve: (task: string) => string): Notice | null {
  const mark = markOf(fact);
  if (!mark) return null;
  const subject = plainLine(fact.type === 'role.lost' ? `role ${fact.role}` : subjectOf(fact));
  return { mark, subject, detail: askedOf(fact, approve) ?? detailOf(fact) };
}

/** What a person is asked, and how to say yes. */
function askedOf(fact: RunFact, approve: (task: string) => string): string | null {
  if (fact.type === 'task.asked') return `a person: ${approve(fact.task)}`;
  return fact.type === 'agent.asked' ? `${detailOf(fact)}? ${approve(fact.task)}` : null;
}

function markOf({ type }: RunFact): Mark | null {
  switch (type) {
    case 'task.succeeded':
      return 'succeeded';
    case 'task.failed':
    case 'role.lost':
      return 'failed';
    case 'task.skipped':
      return 'skipped';
    case 'task.cancelled':
      return 'cancelled';
    case 'task.retrying':
      return 'retrying';
    case 'task.parked':
      return 'parked';
    case 'task.held':
    case 'task.escalated':
      return 'asks';
    case 'task.split':
    case 'agent.filled':
      return 'retrying';
    case 'task.asked':
    case 'agent.asked':
      return 'asks';
    case 'agent.crashed':
      return 'crashed';
    case 'budget.warned':
      return 'retrying';
    default:
      return null;
  }
}

/**
 * What the protocol calls a task is a whole run here; a ticket is what a client holds of one. How
 * it stands, in the words of both generations of the protocol: that of 2025 and that of 2026.
 */
import { assertNever } from '../../machines/errors.ts';
import type { RunView, TaskView } from '../runs/view.ts';

/** The extension of the generation of 2026. */
export const tasksExtension = 'io.modelcontextprotocol/tasks';

export type TicketStatus = 'working' | 'completed' | 'failed' | 'cancelled';

export interface Ticket {
  /** The name of its run. */
  readonly id: string;
  readonly status: TicketStatus;
  /** For people. */
  readonly message: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface RunStanding {
  readonly view: RunView;
  /** Whether a process works on it. */
  readonly alive: boolean;
  readonly orderedAt: number;
}

/** How often to ask: a run changes by seconds. */
const pollMs = 1_000;

export function ticketOf({ view, alive, orderedAt }: RunStanding): Ticket {
  const status = statusOf(view, alive);
  const message = sayHow(view, status);
  return { id: view.id, status, message, createdAt: orderedAt, updatedAt: view.at };
}

/**
 * A run that ended is an answer, however it ended: only one that was stopped has none. Whoever
 * works on it still writes down what came of it, so it is over when nobody does.
 */
function statusOf({ status }: RunView, alive: boolean): TicketStatus {
  if (alive) return 'working';
  switch (status) {
    case 'succeeded':
    case 'failed':
      return 'completed';
    case 'cancelled':
      return 'cancelled';
    case 'planning':
    case 'running':
      return 'failed';
    default:
      return assertNever(status);
  }
}

function sayHow(view: RunView, status: TicketStatus): string {
  if (status === 'failed') return 'it was stopped before its end; resume_run goes on with it';
  const { succeeded, failed, skipped, cancelled } = view.counts;
  const done = `${succeeded + failed + skipped + cancelled} of ${view.total} tasks`;
  if (status !== 'working') return `${done}: ${view.status}`;
  const asking = view.tasks.filter(isAsking).map(({ id }) => id);
  return asking.length === 0 ? done : `${done}; a person is asked by ${asking.join(', ')}: approve`;
}

const isAsking = ({ state, questions = [] }: TaskView): boolean =>
  state === 'approving' || state === 'delegating.consenting' || questions.length > 0;

/** Runs are kept until a person removes them: what a client wished is no promise of ours. */
export function taskOf2025(ticket: Ticket) {
  return { ...taskOf(ticket), ttl: null, pollInterval: pollMs };
}

export function taskOf2026(ticket: Ticket) {
  return { ...taskOf(ticket), ttlMs: null, pollIntervalMs: pollMs };
}

function taskOf({ id, status, message, createdAt, updatedAt }: Ticket) {
  return {
    taskId: id,
    status,
    statusMessage: message,
    createdAt: new Date(createdAt).toISOString(),
    // Of a run whose first input is not written yet there is none.
    lastUpdatedAt: new Date(Math.max(createdAt, updatedAt)).toISOString(),
  };
}

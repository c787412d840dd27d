/**
 * Tasks of the protocol, in both of its generations. In that of 2025 a client asks for one with its
 * call, polls, and fetches the result; in that of 2026 it says that it knows tasks, and whatever
 * would have it wait becomes one, whose result comes with the last poll.
 */
import {
  CLIENT_CAPABILITIES_META_KEY,
  type McpServer,
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  RELATED_TASK_META_KEY,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { assert, assertNever } from '../../machines/errors.ts';
import { answered, invalid } from './answers.ts';
import type { RunHost } from './run-host.ts';
import { type Ticket, taskOf2025, taskOf2026, tasksExtension } from './ticket.ts';
import { Tickets } from './tickets.ts';
import type { Call, Tool } from './tool.ts';

/** `asked`: by name, as of 2025. `offered`: the client knows tasks, and would wait otherwise. */
export type TaskWish = 'none' | 'asked' | 'offered';

interface Wished {
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly task?: object | undefined;
}

export function taskWishOf({ name, long }: Tool, given: Wished, context: ServerContext): TaskWish {
  if (isOf2026(context)) {
    return long && given.arguments.wait === true && knowsTasks(context) ? 'offered' : 'none';
  }
  if (given.task === undefined) return 'none';
  if (long) return 'asked';
  const message = `${name} answers at once: call it without a task`;
  throw new ProtocolError(ProtocolErrorCode.MethodNotFound, message);
}

export interface TaskCall {
  readonly wish: TaskWish;
  readonly call: Call;
}

/** Begins what the tool begins, and answers with a ticket in place of its end. */
export async function beginTask(
  tool: Tool,
  input: Readonly<Record<string, unknown>>,
  { wish, call }: TaskCall,
): Promise<Record<string, unknown>> {
  const { run } = await tool.answer({ ...input, wait: false } as never, call);
  assert(typeof run === 'string', `${tool.name} answered without the name of a run`);
  const ticket = await new Tickets(call.host).find(run);
  // The SDK lets no answer of a tool go out without content.
  if (wish === 'asked') return { task: taskOf2025(ticket), content: [] };
  return { resultType: 'task', ...taskOf2026(ticket) };
}

export function registerTasks({ server }: McpServer, host: RunHost): void {
  const tickets = new Tickets(host);
  server.registerCapabilities({
    tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } },
    extensions: { [tasksExtension]: {} },
  });
  server.setRequestHandler('tasks/get', { params: named }, async ({ taskId }, context) => {
    requireTasks(context);
    const ticket = await tickets.find(taskId);
    return isOf2026(context) ? whole(tickets, ticket) : taskOf2025(ticket);
  });
  server.setRequestHandler('tasks/cancel', { params: named }, async ({ taskId }, context) => {
    requireTasks(context);
    return isOf2026(context) ? callOff(tickets, taskId) : cancelled(tickets, taskId, context);
  });
  server.setRequestHandler('tasks/list', { params: paged }, async ({ cursor }) => {
    const { tickets: shown, next } = await tickets.page(cursor);
    return { tasks: shown.map(taskOf2025), ...(next !== null && { nextCursor: next }) };
  });
  server.setRequestHandler('tasks/result', { params: named }, async ({ taskId }, context) => {
    const ticket = await tickets.settled(taskId, context.mcpReq.signal);
    if (ticket.status === 'failed') throw stopped(ticket);
    const related = { [RELATED_TASK_META_KEY]: { taskId } };
    return { ...answered(await tickets.answer(taskId)), _meta: related };
  });
  // No task here asks its client for anything: people are asked, by approve.
  server.setRequestHandler('tasks/update', { params: named }, async ({ taskId }, context) => {
    requireTasks(context);
    await tickets.find(taskId);
    return {};
  });
}

const named = z.object({ taskId: z.string().min(1).max(200) });
const paged = z.object({ cursor: z.string().max(200).optional() });

/** With what came of it: this generation has no other way to ask. */
async function whole(tickets: Tickets, ticket: Ticket): Promise<Record<string, unknown>> {
  const task = taskOf2026(ticket);
  switch (ticket.status) {
    case 'working':
    case 'cancelled':
      return task;
    case 'completed':
      return {
        ...task,
        result: { resultType: 'complete', ...answered(await tickets.answer(ticket.id)) },
      };
    case 'failed': {
      const { code, message } = stopped(ticket);
      return { ...task, error: { code, message } };
    }
    default:
      return assertNever(ticket.status);
  }
}

/** Only acknowledged: how it ended is polled for, and one that is over already stays as it is. */
async function callOff(tickets: Tickets, id: string): Promise<Record<string, unknown>> {
  const { status } = await tickets.find(id);
  if (status === 'working') await tickets.cancel(id);
  return {};
}

/** Answers once it is over, as this generation demands. */
async function cancelled(tickets: Tickets, id: string, { mcpReq }: ServerContext) {
  const { status } = await tickets.find(id);
  if (status !== 'working') throw invalid(`${id} is ${status} already`);
  await tickets.cancel(id);
  return taskOf2025(await tickets.settled(id, mcpReq.signal));
}

function stopped({ id, message }: Ticket): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InternalError, `${id}: ${message}`);
}

/** Every request of this generation brings what its client is able to do. */
const isOf2026 = ({ mcpReq }: ServerContext): boolean => mcpReq.envelope !== undefined;

const knowing = z.object({
  [CLIENT_CAPABILITIES_META_KEY]: z.object({
    extensions: z.object({ [tasksExtension]: z.object() }),
  }),
});

const knowsTasks = ({ mcpReq }: ServerContext): boolean =>
  knowing.safeParse(mcpReq.envelope).success;

function requireTasks(context: ServerContext): void {
  if (!isOf2026(context) || knowsTasks(context)) return;
  const requiredCapabilities = { extensions: { [tasksExtension]: {} } };
  throw new MissingRequiredClientCapabilityError({ requiredCapabilities });
}

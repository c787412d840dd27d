/** The agent that is a tool of an MCP server: one that we start, or one that somebody else runs. */
import type { Transport } from '@modelcontextprotocol/client';
import { noUsage, unknownUsage } from '../../machines/outcome.ts';
import type { Adapter } from './agent.ts';
import { callOver, type ToolCall } from './mcp/call.ts';
import { type Service, unready, workAtService } from './mcp/service.ts';
import { type SpokenOptions, workSpoken } from './spoken.ts';
import type { Wire } from './wire.ts';

export interface McpAgentOptions extends SpokenOptions, ToolCall {
  /** Absent: the command line of each assignment starts a server on stdio. */
  readonly service?: Service;
}

export function mcpAgent(options: McpAgentOptions): Adapter {
  const { service, isPaid } = options;
  const recall = async () => ({ usage: isPaid ? unknownUsage : noUsage });
  if (service !== undefined) {
    const reached = { ...options, service };
    return {
      name: 'mcp',
      open: async () => unready(reached),
      work: (assignment, world) => workAtService(assignment, world, reached),
      recall,
    };
  }
  return {
    name: 'mcp',
    // Which server is meant is known by the assignments only.
    open: async () => null,
    work: (assignment, world) =>
      workSpoken(assignment, world, options, (talk) =>
        callOver(transportOver(talk.wire), talk, options),
      ),
    recall,
  };
}

function transportOver(wire: Wire): Transport {
  let handed = Promise.resolve();
  const transport: Transport = {
    start: async () => {
      wire.onmessage = (message) => {
        handed = handed.then(() => transport.onmessage?.(message as never)).then(aTurn);
      };
      wire.onend = () => transport.onclose?.();
    },
    send: async (message) => wire.send(message),
    close: async () => wire.hangUp(),
  };
  return transport;
}

/**
 * The SDK hears a notification a turn later than a result, and of a call that has its result it
 * hears nothing more: what came in one piece with the result would be lost.
 */
const aTurn = (): Promise<void> => Promise.resolve().then(() => {});

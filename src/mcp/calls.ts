/**
 * Tells a client the tools, and answers its calls. By the handlers beneath the SDK's own for tools,
 * which hand over neither the wish for a task nor what the client is able to do.
 */
import type {
  McpServer,
  ServerContext,
  ToolAnnotations,
  Tool as ToolListed,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { UserError } from '../kernel/user-error.ts';
import { answered, invalid, refused, sayTo } from './answers.ts';
import type { RunHost } from './run-host.ts';
import { beginTask, taskWishOf } from './task-requests.ts';
import type { Call, Effect, Tool } from './tool.ts';
import { tools } from './tools/index.ts';

const given = z.object({
  name: z.string(),
  arguments: z.record(z.string(), z.unknown()).default({}),
  task: z.looseObject({}).optional(),
});

export function registerTools({ server }: McpServer, host: RunHost): void {
  server.registerCapabilities({ tools: {} });
  server.setRequestHandler('tools/list', () => ({ tools: tools.map(described) }));
  server.setRequestHandler('tools/call', { params: given }, async (params, context) => {
    const tool = tools.find(({ name }) => name === params.name);
    if (!tool) throw invalid(`no tool is called ${params.name}`);
    const wish = taskWishOf(tool, params, context);
    const call = callOf(host, context);
    try {
      const input = checked(tool, params.arguments);
      if (wish !== 'none') return await beginTask(tool, input, { wish, call });
      return answered(await tool.answer(input as never, call));
    } catch (error) {
      // Whoever asked for a task by its name understands no other answer.
      if (wish === 'asked') throw invalid(sayTo(error));
      return refused(error);
    }
  });
}

function described(tool: Tool): ToolListed {
  const { name, title, description, input, output, effect, long } = tool;
  return {
    ...{ name, title, description, annotations: annotationsOf(effect) },
    inputSchema: schemaOf(input, 'input'),
    outputSchema: schemaOf(output, 'output'),
    ...(long && { execution: { taskSupport: 'optional' as const } }),
  };
}

function schemaOf(schema: Tool['input'], io: 'input' | 'output'): ToolListed['inputSchema'] {
  return z.toJSONSchema(schema, { io }) as ToolListed['inputSchema'];
}

function annotationsOf(effect: Effect): ToolAnnotations {
  const looks = effect === 'looks';
  return {
    readOnlyHint: looks,
    destructiveHint: effect === 'destroys',
    idempotentHint: looks,
    // What agents do reaches beyond this machine; looking does not.
    openWorldHint: effect === 'destroys',
  };
}

function callOf(host: RunHost, { mcpReq }: ServerContext): Call {
  const token = mcpReq._meta?.progressToken;
  return {
    host,
    signal: mcpReq.signal,
    progress(progress, total, message) {
      if (token === undefined) return;
      const params = { progressToken: token, progress, total, message };
      // A client that is gone asks for nothing more.
      mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {});
    },
  };
}

function checked({ name, input }: Tool, args: unknown): Readonly<Record<string, unknown>> {
  const parsed = input.safeParse(args);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  const hint = `see the input schema of ${name}`;
  throw new UserError('mcp.arguments', `these arguments will not do: ${issues.join('; ')}`, hint);
}

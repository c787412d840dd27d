/** Makes one MCP server over a host: its tools, resources and prompts, on the official SDK. */
import {
  type CallToolResult,
  McpServer,
  type ServerContext,
  type ToolAnnotations,
} from '@modelcontextprotocol/server';
import { readVersion } from '../config.ts';
import { isUserError } from '../kernel/user-error.ts';
import { registerPrompts } from './prompts.ts';
import { registerResources } from './resources.ts';
import type { RunHost } from './run-host.ts';
import type { Call, Effect, Tool } from './tool.ts';
import { tools } from './tools/index.ts';

const instructions =
  'Troupe runs a team of AI agents: give one a task with assign_task, or a whole plan with ' +
  'run_plan. Long work answers at once with the name of a run: follow it with get_run, ask why ' +
  'for a task that does not move, and read get_all_results. Before giving work, ask ' +
  'find_similar_tasks whether it was done before.';

/** Also made once for a client that only looks who is there. */
export async function createMcpServer(host: RunHost): Promise<McpServer> {
  const about = { name: 'troupe', title: 'Troupe', version: readVersion() };
  const server = new McpServer(about, { instructions });
  for (const tool of tools) registerTool(server, tool, host);
  registerResources(server, host);
  await registerPrompts(server, host);
  return server;
}

function registerTool(server: McpServer, tool: Tool, host: RunHost): void {
  const { name, title, description, input, output, effect } = tool;
  const words = { title, description, inputSchema: input, outputSchema: output };
  const config = { ...words, annotations: annotationsOf(effect) };
  server.registerTool(name, config, async (given, context) => {
    try {
      const answer = await tool.answer(given as never, callOf(host, context));
      return answered(answer);
    } catch (error) {
      return refused(error);
    }
  });
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

function answered(answer: Readonly<Record<string, unknown>>): CallToolResult {
  const content = [{ type: 'text' as const, text: JSON.stringify(answer) }];
  return { content, structuredContent: { ...answer } };
}

/** For the model: what is wrong, and what to do next. */
function refused(error: unknown): CallToolResult {
  return { isError: true, content: [{ type: 'text', text: sayTo(error) }] };
}

function sayTo(error: unknown): string {
  if (isUserError(error)) return `${error.message}\nNext: ${error.hint} (${error.code})`;
  const message = error instanceof Error ? error.message : String(error);
  return `Troupe could not do it: ${message}\nNext: try again, or see: troupe doctor`;
}

/** Makes one MCP server over a host: tools, tasks, resources and prompts, on the official SDK. */
import { McpServer } from '@modelcontextprotocol/server';
import { readVersion } from '../config.ts';
import { registerTools } from './calls.ts';
import { registerPrompts } from './prompts.ts';
import { registerResources } from './resources.ts';
import type { RunHost } from './run-host.ts';
import { registerTasks } from './task-requests.ts';

const instructions =
  'Troupe runs a team of AI agents: give one a task with assign_task, or a whole plan with ' +
  'run_plan. Long work answers at once with the name of a run: follow it with get_run, ask why ' +
  'for a task that does not move, and read get_all_results. Before giving work, ask ' +
  'find_similar_tasks whether it was done before.';

/** Also made once for a client that only looks who is there. */
export async function createMcpServer(host: RunHost): Promise<McpServer> {
  const about = { name: 'troupe', title: 'Troupe', version: readVersion() };
  const server = new McpServer(about, { instructions });
  registerTools(server, host);
  registerTasks(server, host);
  registerResources(server, host);
  await registerPrompts(server, host);
  return server;
}

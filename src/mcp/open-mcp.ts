/** The way to the MCP server, whose SDK only those load who serve. */
import type { Troupe } from '../app.ts';
import { type Clock, systemClock } from '../kernel/clock.ts';
import { type Random, systemRandom } from '../kernel/random.ts';
import type { McpDesk } from './mcp-desk.ts';

export interface McpOptions {
  readonly clock?: Clock;
  readonly random?: Random;
}

/** Serves a home to other programs' agents, by the Model Context Protocol. */
export async function openMcp(troupe: Troupe, options: McpOptions = {}): Promise<McpDesk> {
  const { clock = systemClock, random = systemRandom } = options;
  const { McpDesk } = await import('./mcp-desk.ts');
  return new McpDesk(troupe, clock, random);
}

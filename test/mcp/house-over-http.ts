/** An MCP server over HTTP for a test, and real clients of the official SDK that talk to it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CallToolResult,
  Client,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import { afterEach } from 'vitest';
import { createTroupe, type Troupe } from '../../src/app.ts';
import type { ServedOverHttp } from '../../src/mcp/mcp-desk.ts';
import { openMcp } from '../../src/mcp/open-mcp.ts';
import { tempFolders } from '../app/temp.ts';

/** How a client greets: with the handshake of 2025, or request by request as of 2026. */
export type Era = 'legacy' | 'modern';

export interface Served {
  readonly cwd: string;
  readonly troupe: Troupe;
  readonly server: ServedOverHttp;
  readonly client: (era?: Era) => Promise<Client>;
}

/** Two commands, and one that takes its time until it is let go by a file. */
export const teamYaml = `name: team
agents:
  echo: { adapter: command, run: [cat] }
  loud: { adapter: command, run: [tr, a-z, A-Z] }
  slow: { adapter: command, run: [sh, -c, "until [ -e go ]; do sleep 0.05; done; cat"] }
tasks: [{ id: none, agent: echo, prompt: unused }]
`;

/** To be called once, at the top of a test file. */
export function housesOverHttp(name: string): () => Promise<Served> {
  const temp = tempFolders(name);
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close();
  });
  return async () => {
    const cwd = temp();
    const team = join(cwd, 'team.yaml');
    writeFileSync(team, teamYaml);
    const troupe = createTroupe({ home: join(cwd, '.troupe'), cwd });
    const server = await (await openMcp(troupe)).overHttp(team, { port: 0 });
    closers.push(() => server.close());
    const client = async (era: Era = 'legacy') => {
      const opened = await connectTo(server, era);
      closers.push(() => opened.close());
      return opened;
    };
    return { cwd, troupe, server, client };
  };
}

export async function connectTo({ url, token }: ServedOverHttp, era: Era): Promise<Client> {
  const mode = era === 'legacy' ? 'legacy' : 'auto';
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  return client;
}

/** The data that a tool answered; throws what it refused with. */
export async function ask(
  client: Client,
  name: string,
  given: Readonly<Record<string, unknown>> = {},
): Promise<Record<string, unknown>> {
  const result = (await client.callTool({ name, arguments: given })) as CallToolResult;
  if (result.isError) throw new Error(textOf(result));
  return result.structuredContent as Record<string, unknown>;
}

export function textOf({ content }: CallToolResult): string {
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}

/** `troupe mcp --http` as a process, and a way to it for programs that can't send the token. */

import { writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Desk, type Process } from '../../cli/troupe.ts';
import { teamYaml } from '../../mcp/house-over-http.ts';

export interface McpProcess {
  readonly desk: Desk;
  readonly process: Process;
  readonly url: string;
  readonly token: string;
}

/** A home with a team and a saved prompt. */
export async function mcpDesk(): Promise<Desk> {
  const desk = new Desk();
  writeFileSync(desk.path('team.yaml'), teamYaml);
  writeFileSync(desk.path('review.md'), 'Review {{file}}.');
  await desk.type(['prompts', 'save', 'review', 'review.md']);
  return desk;
}

export async function startMcp(): Promise<McpProcess> {
  const desk = await mcpDesk();
  const process = desk.start(['mcp', '--http', '--json', '--team', 'team.yaml']);
  const [line] = await process.says(/\{.*"token".*\}/);
  return { desk, process, ...(JSON.parse(line) as { url: string; token: string }) };
}

export interface TokenProxy {
  readonly url: string;
  close(): void;
}

/** Adds the token, and says the server's port where its own was said; all else it hands on. */
export async function proxyTo({ url, token }: McpProcess): Promise<TokenProxy> {
  const target = new URL(url);
  const server = createServer((asked, answer) => {
    const headers = { ...renamed(asked.headers), authorization: `Bearer ${token}` };
    const { method, url: path } = asked;
    const onward = request({ host: target.hostname, port: target.port, path, method, headers });
    onward.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    asked.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = String((server.address() as AddressInfo).port);
  const renamed = ({ host, origin, ...rest }: IncomingHttpHeaders): IncomingHttpHeaders => ({
    ...rest,
    ...(host !== undefined && { host: host.replace(`:${own}`, `:${target.port}`) }),
    ...(origin !== undefined && { origin: origin.replace(`:${own}`, `:${target.port}`) }),
  });
  return {
    url: `http://127.0.0.1:${own}${target.pathname}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Serves a host to the one client that started this process, over its standard streams. */
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import type { RunHost } from './run-host.ts';
import { createMcpServer } from './server.ts';

/** Larger than any plan may be; a longer message ends the connection. */
const messageBytesMax = 10_000_000;

export interface Served {
  /** Resolves when the client is gone. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

export function serveOverStdio(host: RunHost, onError: (error: Error) => void): Served {
  const { stdin, stdout } = process;
  const transport = new StdioServerTransport(stdin, stdout, { maxBufferSize: messageBytesMax });
  const ended = new Promise<void>((resolve) => {
    stdin.once('end', resolve).once('close', resolve);
    stdout.once('error', () => resolve());
  });
  const handle = serveStdio(() => createMcpServer(host), { transport, onerror: onError });
  return { ended, close: () => handle.close() };
}

/**
 * The sessions of clients that speak the protocol as it was until 2025: one transport each.
 * Owns: every open session, and the time of its last request.
 * Invariants: at most `sessionsMax` at once; one that nobody used for `idleMs` is closed.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import type { Clock } from '../kernel/clock.ts';
import { type Random, randomName } from '../kernel/random.ts';
import type { RunHost } from './run-host.ts';
import { createMcpServer } from './server.ts';

export const sessionsMax = 100;
export const idleMs = 30 * 60_000;

interface Session {
  readonly transport: NodeStreamableHTTPServerTransport;
  usedAt: number;
  /** Requests that wait for their answer: a stream that is open is a use. */
  open: number;
}

export interface SessionsOptions {
  readonly host: RunHost;
  readonly random: Random;
  readonly clock: Clock;
}

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #sessions = new Map<string, Session>();
  #forget: (() => void) | null = null;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#watch();
  }

  get count(): number {
    return this.#sessions.size;
  }

  /** Answers false for a session that is not there, or when no more can be opened. */
  async serve(req: IncomingMessage, res: ServerResponse, body: unknown): Promise<boolean> {
    const { 'mcp-session-id': id } = req.headers;
    const session = typeof id === 'string' ? this.#sessions.get(id) : await this.#open();
    if (!session) return false;
    session.usedAt = this.#options.clock.now();
    session.open += 1;
    res.once('close', () => {
      session.open -= 1;
      session.usedAt = this.#options.clock.now();
    });
    await session.transport.handleRequest(req, res, body);
    return true;
  }

  async close(): Promise<void> {
    this.#forget?.();
    const open = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.all(open.map(({ transport }) => transport.close()));
  }

  async #open(): Promise<Session | undefined> {
    if (this.#sessions.size >= sessionsMax) return undefined;
    const { host, random, clock } = this.#options;
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomName(random, 40),
      onsessioninitialized: (id) => void this.#sessions.set(id, session),
      onsessionclosed: (id) => void this.#sessions.delete(id),
    });
    const session: Session = { transport, usedAt: clock.now(), open: 0 };
    const server = await createMcpServer(host);
    await server.connect(transport);
    return session;
  }

  #watch(): void {
    const { clock } = this.#options;
    this.#forget = clock.at(clock.now() + idleMs / 2, () => {
      this.#closeIdle(clock.now());
      this.#watch();
    });
  }

  #closeIdle(now: number): void {
    for (const [id, { transport, usedAt, open }] of this.#sessions) {
      if (open > 0 || now - usedAt < idleMs) continue;
      this.#sessions.delete(id);
      transport.close().catch(() => {});
    }
  }
}

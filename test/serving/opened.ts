/** A server over a home of its own, asked over HTTP and listened to over WebSocket. */
import { afterEach } from 'vitest';
import { WebSocket } from 'ws';
import { systemClock } from '../../src/kernel/clock.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { openServer, type ServeOptions, type Serving } from '../../src/serving/server.ts';
import type { Frame, RunFrame, Wanted } from '../../src/serving/wire.ts';
import { eventually } from '../agents/processes.ts';
import { type Stage, stages } from '../app/stage.ts';

export interface Opened extends Stage {
  readonly serving: Serving;
  readonly base: string;
  readonly ask: (path: string, body?: unknown, headers?: object) => Promise<Response>;
  /** Throws for what is refused. */
  readonly answer: <Answer>(path: string, body?: unknown) => Promise<Answer>;
  readonly listen: (wanted: Partial<Wanted>) => Promise<Listener>;
}

/** To be called once, at the top of a test file. */
export function houses(name: string): (options?: ServeOptions) => Promise<Opened> {
  const stage = stages(name);
  const open: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0).reverse()) await each.close();
  });
  return async (options = {}) => {
    const here = stage();
    const world = { clock: systemClock, random: systemRandom };
    const serving = await openServer(here.troupe, world, { port: 0, ...options });
    open.push(serving);
    const base = `http://127.0.0.1:${serving.port}`;
    const bearer = { authorization: `Bearer ${serving.token}` };
    const ask: Opened['ask'] = (path, body, headers = bearer) => {
      const said = { 'content-type': 'application/json', ...headers } as Record<string, string>;
      const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
      return fetch(`${base}${path}`, { ...init, headers: said, redirect: 'manual' });
    };
    const answer = async <Answer>(path: string, body?: unknown): Promise<Answer> => {
      const response = await ask(`/api/${path}`, body);
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
      return (await response.json()) as Answer;
    };
    const listen = async (wanted: Partial<Wanted>): Promise<Listener> => {
      const socket = new WebSocket(`ws://127.0.0.1:${serving.port}/feed`, { headers: bearer });
      const listener = new Listener(socket);
      open.push(listener);
      await listener.want(wanted);
      return listener;
    };
    return { ...here, serving, base, ask, answer, listen };
  };
}

const nothing: Wanted = { runs: false, run: null, moment: null, actor: null, words: null };

/** Keeps what it is told. */
export class Listener {
  readonly socket: WebSocket;
  readonly frames: Frame[] = [];

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => this.frames.push(JSON.parse(String(data)) as Frame));
    socket.on('error', () => {});
  }

  async want(wanted: Partial<Wanted>): Promise<void> {
    if (this.socket.readyState === WebSocket.CONNECTING) {
      await new Promise((resolve) => this.socket.once('open', resolve));
    }
    this.socket.send(JSON.stringify({ ...nothing, ...wanted }));
  }

  async heard<Found extends Frame>(what: (frame: Frame) => frame is Found): Promise<Found> {
    await eventually('it is told so', () => this.frames.some(what));
    return this.frames.find(what) as Found;
  }

  get runFrames(): readonly RunFrame[] {
    return this.frames.filter((frame) => 'head' in frame);
  }

  close(): void {
    this.socket.terminate();
  }
}

export const isRun = (frame: Frame): frame is RunFrame => 'head' in frame;

/** The agent that is any program which speaks the Agent Client Protocol on its stdio. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { AnyMessage, Stream } from '@agentclientprotocol/sdk';
import { unknownUsage } from '../../machines/outcome.ts';
import { AcpClient } from './acp/client.ts';
import { converseOver } from './acp/talk.ts';
import { signsOfUpdate } from './acp/updates.ts';
import type { Adapter, Left, LostAttempt } from './agent.ts';
import { Errands } from './hands/errand.ts';
import { Lines } from './lines.ts';
import { Testimony } from './listening/testimony.ts';
import { settle } from './listening/usage.ts';
import { mapAt, textAt } from './loose-json.ts';
import { type SpokenOptions, type Talk, workSpoken } from './spoken.ts';
import { streamPaths } from './streams.ts';
import type { Wire } from './wire.ts';

export function acpAgent(options: SpokenOptions): Adapter {
  return {
    name: 'acp',
    // Which program is meant is known by the assignments only.
    open: async () => null,
    work: (assignment, world) =>
      workSpoken(assignment, world, options, (talk) => converse(talk, options)),
    recall: (attempt) => recall(attempt, options.runFolder),
  };
}

async function converse(given: Talk, options: SpokenOptions): Promise<void> {
  const { wire, attention, assignment, world, signal } = given;
  const { permissions, model } = options.settings;
  const { client: app } = await import('@agentclientprotocol/sdk');
  const errands = new Errands(assignment, { ...options, clock: world.clock, keys: [] });
  const client = new AcpClient({ permissions, assignment, world, attention, errands, signal });
  const { agent } = client.connect(app({ name: 'troupe' }), streamOf(wire));
  let session: string | null = null;
  const cancel = (): void => {
    if (session !== null) void agent.notify('session/cancel', { sessionId: session });
  };
  const forget = world.cancellation.onRequest(cancel);
  try {
    await converseOver({
      ...{ agent, client, attention, assignment, permissions, model },
      isOver: () => signal.aborted,
      opened: (id) => {
        session = id;
      },
    });
  } finally {
    forget();
    await client.terminals.close();
  }
}

function streamOf(wire: Wire): Stream {
  const readable = new ReadableStream<AnyMessage>({
    start: (controller) => {
      wire.onmessage = (message) => controller.enqueue(message as AnyMessage);
      wire.onend = () => controller.close();
    },
  });
  return { readable, writable: new WritableStream({ write: (message) => wire.send(message) }) };
}

/** Its stream holds what the two said to each other: the name of the session is in it. */
async function recall({ task, token, earlier }: LostAttempt, runFolder: string): Promise<Left> {
  const told = new Testimony();
  const lines = new Lines((line) => {
    for (const sign of signsIn(line)) told.hear(sign);
  });
  try {
    const path = join(runFolder, streamPaths(task, token).stdout);
    for await (const text of createReadStream(path, 'utf8') as AsyncIterable<string>) {
      lines.add(text);
    }
    lines.end();
  } catch {
    // It said nothing, or its words are gone: then the attempt is made anew.
  }
  const before = earlier?.session ?? null;
  const id = told.session ?? before?.id ?? null;
  if (id === null) return { usage: unknownUsage };
  const { used, counters } = settle(told.counted, before);
  const usage = { ...used, costUsd: unknownUsage.costUsd };
  return { usage, session: { id, counted: counters } };
}

function signsIn(line: string) {
  try {
    const message: unknown = JSON.parse(line);
    const session = textAt(message, 'result', 'sessionId');
    if (session !== null) return [{ type: 'session.opened', session, model: null } as const];
    return signsOfUpdate(mapAt(message, 'params', 'update'));
  } catch {
    return [];
  }
}

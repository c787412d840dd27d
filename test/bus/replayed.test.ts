/** Texts said before, word for word: from the same socket, the next one, another session. */
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { pack, protocolVersion } from '../../src/bus/frames.ts';
import { eventually } from '../agents/processes.ts';
import { hubs } from './hub.ts';
import { message, take } from './messages.ts';

const open = hubs();

const recorded = pack({
  ...{ ack: 0, first: 1 },
  frames: [
    { kind: 'publish', envelope: message('one', 1) },
    { kind: 'ask', id: 1, envelope: message('one', 2, 'desk', 'ask') },
  ],
});

/** Says it so often, and waits for the first answer. */
async function say(url: string, session: string, times: number): Promise<WebSocket> {
  const socket = new WebSocket(url, { headers: { authorization: 'Bearer one+one' } });
  let heard = 0;
  socket.on('message', () => {
    heard += 1;
  });
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ troupe: protocolVersion, name: 'one', session, received: 0 }));
  await eventually('it is welcome', () => heard > 0);
  for (let at = 0; at < times; at += 1) socket.send(recorded);
  await eventually('it is answered', () => heard > 1);
  return socket;
}

test('what was said is not heard again, however often its text comes', async () => {
  const { hub, url, join } = await open();
  const good = await join('good');
  let asked = 0;
  hub.answer('desk', () => {
    asked += 1;
    return { type: 'answer' };
  });
  const there = hub.subscribe('run/*');
  const [session, other] = ['s'.repeat(32), 't'.repeat(32)];
  const first = await say(url, session, 1_000);
  expect(asked).toBe(1);
  first.terminate();
  // The session goes on from what had arrived.
  const second = await say(url, session, 1_000);
  expect(asked).toBe(1);
  // Who asks in a session of its own asks anew; what it has told everybody is not new.
  const third = await say(url, other, 1_000);
  expect(asked).toBe(2);
  good.publish(message('good', 1, 'run/1', 'last'));
  expect(await take(there, 2)).toEqual(['m1', 'last']);
  expect(asked).toBe(2);
  for (const socket of [second, third]) socket.terminate();
});

/** A question and its answer, one after the other: what half and nearly all of them take. */
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { loadEngine } from '../lib/build.mjs';
import { row } from '../lib/row.mjs';
import { startNats } from './nats.mjs';

const require = createRequire(import.meta.url);
const load = (path) => loadEngine(`src/bus/${path}.js`);
const { systemClock: clock } = await loadEngine('src/kernel/clock.js');
const { systemRandom: random } = await loadEngine('src/kernel/random.js');

export const title = 'A question and its answer, one at a time';

const free = (name) => ({ name, maySay: () => true, mayAnswer: () => true, mayHear: () => true });

async function timed(count, ask) {
  for (let at = 0; at < count / 10; at += 1) await ask(at);
  const took = [];
  for (let at = 0; at < count; at += 1) {
    const startedMs = performance.now();
    await ask(at);
    took.push((performance.now() - startedMs) * 1_000);
  }
  took.sort((a, b) => a - b);
  return { p50: took[Math.floor(count * 0.5)], p99: took[Math.floor(count * 0.99)] };
}

async function over(from, to, count) {
  const stop = to.answer('desk', ({ event }) => event);
  // What is answered is known there once a question of its own has come back.
  await to
    .request({ to: 'x', from: 'w', sequence: 1, event: { type: 'x' } }, 5_000)
    .catch(() => {});
  const question = { to: 'desk', from: 'a', sequence: 1, event: { type: 'ask' } };
  const times = await timed(count, () => from.request(question, 10_000));
  stop();
  return times;
}

/** One text there and one back over a bare socket. */
async function rawSocket(count) {
  const { WebSocket, WebSocketServer } = require('ws');
  const server = new WebSocketServer({ port: 0, perMessageDeflate: false });
  await once(server, 'listening');
  server.on('connection', (peer) => peer.on('message', (data) => peer.send(String(data))));
  const url = `ws://127.0.0.1:${server.address().port}`;
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, 'open');
  let hear = () => {};
  socket.on('message', (data) => hear(JSON.parse(String(data))));
  const ask = () =>
    new Promise((resolve) => {
      hear = resolve;
      socket.send(JSON.stringify(['desk', 'a', 1, { type: 'ask' }]));
    });
  const times = await timed(count, ask);
  socket.terminate();
  server.close();
  return times;
}

export async function run({ quick }) {
  const count = quick ? 1_000 : 5_000;
  const { InProcessBus } = await load('in-process');
  const { WebSocketHub } = await load('websocket-hub');
  const { WebSocketBus } = await load('websocket');
  const { NatsBus } = await load('nats/nats-bus');
  const local = new InProcessBus(clock);
  const hub = new WebSocketHub({ clock, admit: free });
  const url = `ws://127.0.0.1:${await hub.listen(0)}`;
  const socket = await WebSocketBus.connect({ url, token: 'a', name: 'a', clock, random });
  const server = await startNats();
  const place = { servers: [server.url] };
  const [one, other] = [
    await NatsBus.connect({ place, name: 'a', clock, random }),
    await NatsBus.connect({ place, name: 'b', clock, random }),
  ];
  const { connect } = require('@nats-io/transport-node');
  const [raw, rawOther] = [
    await connect({ servers: server.url }),
    await connect({ servers: server.url }),
  ];
  rawOther.subscribe('raw', { callback: (_, message) => message.respond(message.data) });
  await rawOther.flush();
  const times = {
    'in process': await over(local, local, count),
    'raw ws': await rawSocket(count),
    WebSocket: await over(socket, hub, count),
    NATS: await over(one, other, count),
    'raw NATS request': await timed(count, () => raw.request('raw', 'x')),
  };
  for (const bus of [local, socket, hub, one, other]) bus.close();
  await Promise.all([raw.close(), rawOther.close()]);
  server.stop();
  const raws = { WebSocket: 'raw ws', NATS: 'raw NATS request' };
  return ['in process', 'WebSocket', 'NATS'].flatMap((what) =>
    ['p50', 'p99'].map((share) => {
      const against = raws[what];
      const held = against && { baseline: [times[against][share]], against };
      const samples = [times[what][share]];
      return row({ what: `${what}, ${share}`, unit: 'us', samples, ...held, atMost: true });
    }),
  );
}

/** A question and its answer, one after the other: what half and nearly all of them take. */
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
    WebSocket: await over(socket, hub, count),
    NATS: await over(one, other, count),
    'raw NATS request': await timed(count, () => raw.request('raw', 'x')),
  };
  for (const bus of [local, socket, hub, one, other]) bus.close();
  await Promise.all([raw.close(), rawOther.close()]);
  server.stop();
  return Object.entries(times).flatMap(([what, { p50, p99 }]) => [
    row({ what: `${what}, p50`, unit: 'us', samples: [p50], atMost: true }),
    row({ what: `${what}, p99`, unit: 'us', samples: [p99], atMost: true }),
  ]);
}

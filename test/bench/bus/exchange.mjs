/** Actor to actor over each bus, and over the raw library under it: messages a second, latency. */
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { loadEngine } from '../lib/build.mjs';
import { row } from '../lib/row.mjs';
import { interleaved } from '../lib/statistics.mjs';
import { startNats } from './nats.mjs';
import { sayings } from './parts/packing.mjs';

const require = createRequire(import.meta.url);
const load = (path) => loadEngine(`src/bus/${path}.js`);
const { systemClock: clock } = await loadEngine('src/kernel/clock.js');
const { systemRandom: random } = await loadEngine('src/kernel/random.js');

export const title = 'From one actor to another: messages, each read by the other end';

const free = (name) => ({ name, maySay: () => true, mayAnswer: () => true, mayHear: () => true });
const secondsSince = (startedMs) => (performance.now() - startedMs) / 1_000;

/** Messages a second from one end of a bus to a reader at the other; `said`: to how many actors. */
async function flow(from, to, count, actors = 1) {
  const reader = to.subscribe('node/b/*');
  await from
    .request({ to: 'x', from: 'w', sequence: 1, event: { type: 'x' } }, 5_000)
    .catch(() => {});
  await to
    .request({ to: 'x', from: 'w', sequence: 1, event: { type: 'x' } }, 5_000)
    .catch(() => {});
  const startedMs = performance.now();
  for (let at = 0; at < count; at += 1) {
    const actor = at % actors;
    const sequence = Math.floor(at / actors) + 1;
    const event = { type: 'task.assigned', n: at };
    from.publish({ to: `node/b/agent/${actor}`, from: `a${actor}`, sequence, event });
    if (at % 1_000 === 999) await clock.breathe();
  }
  let left = count;
  for await (const _ of reader) {
    left -= 1;
    if (left === 0) break;
  }
  return count / secondsSince(startedMs);
}

async function webSocketFlow(count, actors) {
  const { WebSocketHub } = await load('websocket-hub');
  const { WebSocketBus } = await load('websocket');
  const hub = new WebSocketHub({ clock, admit: free });
  const url = `ws://127.0.0.1:${await hub.listen(0)}`;
  const bus = await WebSocketBus.connect({ url, token: 'a', name: 'a', clock, random });
  try {
    return await flow(bus, hub, count, actors);
  } finally {
    bus.close();
    hub.close();
  }
}

/** One socket, a text for each message, acknowledged every 500 as our link does. */
const rawOneEach = (count) => rawWebSocket(count, sayings.oneEach);
/** The same with what one turn says in one text, as ours. */
const rawPacked = (count) => rawWebSocket(count, sayings.packed);

async function rawWebSocket(count, sayingOver) {
  const { WebSocket, WebSocketServer } = require('ws');
  const server = new WebSocketServer({ port: 0, perMessageDeflate: false });
  await once(server, 'listening');
  const socket = new WebSocket(`ws://127.0.0.1:${server.address().port}`, {
    perMessageDeflate: false,
  });
  const [[peer]] = await Promise.all([once(server, 'connection'), once(socket, 'open')]);
  const startedMs = performance.now();
  let read = 0;
  const done = new Promise((resolve) => {
    peer.on('message', (data) => {
      const before = read;
      read += JSON.parse(String(data)).length;
      if (Math.floor(read / 500) > Math.floor(before / 500)) peer.send(String(read));
      if (read === count) resolve();
    });
  });
  const say = sayingOver(socket);
  for (let at = 0; at < count; at += 1) {
    const event = { type: 'task.assigned', n: at };
    say([`node/b/agent/${at % 1_000}`, 'a', at + 1, event]);
    if (at % 1_000 === 999) await clock.breathe();
  }
  await done;
  const perSecond = count / secondsSince(startedMs);
  socket.terminate();
  server.close();
  return perSecond;
}

async function natsFlow(url, count, actors) {
  const { NatsBus } = await load('nats/nats-bus');
  const place = { servers: [url], prefix: `b${random.next()}` };
  const join = (name) => NatsBus.connect({ place, name, clock, random });
  const [from, to] = [await join('a'), await join('b')];
  try {
    return await flow(from, to, count, actors);
  } finally {
    from.close();
    to.close();
  }
}

/** As many in flight as the client likes, each stored and acknowledged by a JetStream, and read. */
async function rawNats(url, count) {
  const { connect } = require('@nats-io/transport-node');
  const { jetstream, jetstreamManager } = require('@nats-io/jetstream');
  const nc = await connect({ servers: url });
  const name = `raw${random.next()}`;
  const jsm = await jetstreamManager(nc);
  await jsm.streams.add({ name, subjects: [`${name}.>`] });
  const other = await connect({ servers: url });
  const js = jetstream(nc);
  const consumer = await jetstream(other).consumers.get(name);
  const startedMs = performance.now();
  let read = 0;
  const done = new Promise((resolve) => {
    consumer.consume({
      callback: (message) => {
        message.json();
        read += 1;
        if (read === count) resolve();
      },
    });
  });
  let acknowledged = [];
  for (let at = 0; at < count; at += 1) {
    const body = JSON.stringify(['node/b/agent/1', 'a', at + 1, { type: 'task.assigned', n: at }]);
    acknowledged.push(js.publish(`${name}.node.b`, body));
    if (acknowledged.length === 1_000) {
      await Promise.all(acknowledged);
      acknowledged = [];
    }
  }
  await Promise.all([...acknowledged, done]);
  const perSecond = count / secondsSince(startedMs);
  await Promise.all([nc.close(), other.close()]);
  return perSecond;
}

async function inProcessFlow(count) {
  const { InProcessBus } = await load('in-process');
  const bus = new InProcessBus(clock);
  return flow(bus, bus, count);
}

export async function run({ quick }) {
  const [rounds, count] = quick ? [3, 20_000] : [5, 100_000];
  const server = await startNats();
  try {
    const samples = await interleaved(rounds, {
      inProcess: () => inProcessFlow(count),
      webSocket: () => webSocketFlow(count, 1_000),
      rawOneEach: () => rawOneEach(count),
      rawPacked: () => rawPacked(count),
      nats: () => natsFlow(server.url, count, 1_000),
      rawNats: () => rawNats(server.url, Math.min(count, 20_000)),
    });
    const unit = 'messages/s';
    const packed = { baseline: samples.rawPacked, against: 'raw ws that packs as we do' };
    const socket = { baseline: samples.rawOneEach, against: 'raw ws, one text each' };
    const stream = { baseline: samples.rawNats, against: 'raw JetStream, acknowledged' };
    return [
      row({ what: 'in process', unit, samples: samples.inProcess }),
      row({
        what: '1,000 actors, one WebSocket',
        unit,
        samples: samples.webSocket,
        ...socket,
        target: 0.6,
      }),
      row({ what: 'the same', unit, samples: samples.webSocket, ...packed }),
      row({ what: 'the same, at least', unit, samples: samples.webSocket, target: 200_000 }),
      row({ what: '1,000 actors, NATS', unit, samples: samples.nats, ...stream, target: 0.6 }),
    ];
  } finally {
    server.stop();
  }
}

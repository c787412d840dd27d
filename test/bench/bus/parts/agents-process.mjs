/** The agents' side: every one answers whatever it is told, all over one socket. */
import { createRequire } from 'node:module';
import { loadEngine } from '../../lib/build.mjs';
import { sayings } from './packing.mjs';

const require = createRequire(import.meta.url);
const [how, url, count] = process.argv.slice(2);

const close = how === 'ours' ? await overBus(Number(count)) : await overSocket();
process.once('message', () => {
  process.send({ rssMb: process.memoryUsage.rss() / 1024 / 1024 }, () => {
    close();
    process.disconnect();
  });
});
process.send('ready');

async function overBus(agents) {
  const { systemClock: clock } = await loadEngine('src/kernel/clock.js');
  const { systemRandom: random } = await loadEngine('src/kernel/random.js');
  const { WebSocketBus } = await loadEngine('src/bus/websocket.js');
  const bus = await WebSocketBus.connect({ url, token: 'a', name: 'a', clock, random });
  for (let agent = 0; agent < agents; agent += 1) void answer(bus, agent);
  // What is subscribed to is known there once a question of its own has come back.
  const event = { type: 'x' };
  await bus.request({ to: 'x', from: 'w', sequence: 1, event }, 5_000).catch(() => {});
  return () => bus.close();
}

async function answer(bus, agent) {
  let sequence = 0;
  const from = `agent/${agent}`;
  for await (const { event } of bus.subscribe(from)) {
    sequence += 1;
    const told = { type: 'task.reported', agent, left: event.left };
    bus.publish({ to: 'desk/in', from, sequence, event: told });
  }
}

async function overSocket() {
  const { WebSocket } = require('ws');
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await new Promise((resolve) => socket.once('open', resolve));
  const say = sayings[how](socket);
  socket.on('message', (data) => {
    for (const [to, , sequence, { left }] of JSON.parse(String(data))) {
      const event = { type: 'task.reported', agent: Number(to.slice(6)), left };
      say(['desk/in', to, sequence, event]);
    }
  });
  return () => socket.terminate();
}

/** 1,000 agents of another process over one socket, each in turn with the hub: messages, memory. */
import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { loadEngine } from '../lib/build.mjs';
import { row } from '../lib/row.mjs';
import { interleaved } from '../lib/statistics.mjs';
import { sayings } from './parts/packing.mjs';

const require = createRequire(import.meta.url);
const { systemClock: clock } = await loadEngine('src/kernel/clock.js');

export const title = '1,000 agents in another process, 100 exchanges each, both ways counted';

const agents = 1_000;
const free = (name) => ({ name, maySay: () => true, mayAnswer: () => true, mayHear: () => true });

/** Each agent is told the next thing once it has answered the last one. */
class Exchanges {
  constructor(each, say) {
    this.left = new Array(agents).fill(each);
    this.open = agents;
    this.say = say;
    this.done = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  begin() {
    for (let agent = 0; agent < agents; agent += 1) this.say(agent, this.left[agent]);
  }

  hear(agent) {
    this.left[agent] -= 1;
    if (this.left[agent] > 0) return this.say(agent, this.left[agent]);
    this.open -= 1;
    if (this.open === 0) this.resolve();
  }
}

async function timed(exchanges, each, child) {
  const startedMs = performance.now();
  exchanges.begin();
  await exchanges.done;
  const ms = performance.now() - startedMs;
  const memory = once(child, 'message');
  child.send('end');
  const [{ rssMb }] = await memory;
  return { perS: (2 * agents * each * 1_000) / ms, ms, rssMb };
}

async function ours(each) {
  const { WebSocketHub } = await loadEngine('src/bus/websocket-hub.js');
  const hub = new WebSocketHub({ clock, admit: free });
  const child = await started('ours', `ws://127.0.0.1:${await hub.listen(0)}`);
  const sequences = new Array(agents).fill(0);
  const exchanges = new Exchanges(each, (agent, left) => {
    sequences[agent] += 1;
    const event = { type: 'task.assigned', left };
    hub.publish({ to: `agent/${agent}`, from: 'desk', sequence: sequences[agent], event });
  });
  void listen(hub.subscribe('desk/*'), ({ event }) => exchanges.hear(event.agent));
  const figures = await timed(exchanges, each, child);
  hub.close();
  return figures;
}

async function listen(subscription, hear) {
  for await (const envelope of subscription) hear(envelope);
}

/** Nothing but a socket: a text for each message, or one for all that one turn says. */
async function raw(each, how) {
  const { WebSocketServer } = require('ws');
  const server = new WebSocketServer({ port: 0, perMessageDeflate: false });
  await once(server, 'listening');
  const connected = once(server, 'connection');
  const child = await started(how, `ws://127.0.0.1:${server.address().port}`);
  const [socket] = await connected;
  const say = sayings[how](socket);
  const exchanges = new Exchanges(each, (agent, left) => {
    say([`agent/${agent}`, 'desk', left, { type: 'task.assigned', left }]);
  });
  socket.on('message', (data) => {
    for (const [, , , event] of JSON.parse(String(data))) exchanges.hear(event.agent);
  });
  const figures = await timed(exchanges, each, child);
  server.close();
  return figures;
}

/** Resolves once all its agents listen. */
async function started(how, url) {
  const file = fileURLToPath(new URL('./parts/agents-process.mjs', import.meta.url));
  const child = fork(file, [how, url, String(agents)]);
  await once(child, 'message');
  return child;
}

const once = (emitter, name) =>
  new Promise((resolve, reject) => {
    emitter.once(name, (...values) => resolve(values));
    emitter.once('error', reject);
  });

export async function run({ quick }) {
  const each = 100;
  const samples = await interleaved(quick ? 3 : 7, {
    oneEach: () => raw(each, 'oneEach'),
    packed: () => raw(each, 'packed'),
    ours: () => ours(each),
  });
  const of = (key, figure) => samples[key].map((each) => each[figure]);
  const unit = 'messages/s';
  const socket = { baseline: of('oneEach', 'perS'), against: 'one raw socket, a text each' };
  const packed = { baseline: of('packed', 'perS'), against: 'one raw socket that packs as we do' };
  return [
    row({ what: 'over one hub', unit, samples: of('ours', 'perS'), target: 200_000 }),
    row({ what: 'the same', unit, samples: of('ours', 'perS'), ...socket, target: 0.6 }),
    row({ what: 'the same', unit, samples: of('ours', 'perS'), ...packed }),
    row({ what: 'all of it', unit: 'ms', samples: of('ours', 'ms'), atMost: true }),
    row({
      what: 'the process of the agents, at its end',
      unit: 'MB',
      samples: of('ours', 'rssMb'),
      baseline: of('packed', 'rssMb'),
      against: 'raw',
      atMost: true,
    }),
  ];
}

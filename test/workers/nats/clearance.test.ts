/** Whom a hub asks about which runs, so that nobody is still at them for another one. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { readVersion } from '../../../src/config.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { command, definePlan } from '../../../src/plan/define.ts';
import { Calls } from '../../../src/workers/nats/calls.ts';
import { queueName, queueSubject } from '../../../src/workers/nats/queues.ts';
import { openServers } from '../../../src/workers/nats/servers.ts';
import { eventually } from '../../agents/processes.ts';
import { linesIn } from '../../app/stage.ts';
import { tempFolders } from '../../app/temp.ts';
import { type NatsServer, natsServers } from '../../bus/nats/servers.ts';
import { type NatsHall, natsHalls } from './hall.ts';

vi.setConfig({ testTimeout: 120_000 });

const { one } = natsServers();
const open = natsHalls('nats-clearance');
const temp = tempFolders('nats-clearance-aside');
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

let server: NatsServer;
beforeAll(async () => {
  server = await one();
});

const agents = { coder: command({ where: 'remote' }) };
const planOf = (line: string) =>
  definePlan({ name: 'sample', agents, tasks: [{ id: 'a', run: ['sh', '-c', line] }] });
const wish = { role: 'coder', labels: [] };

/** Says that it has begun, and takes until it is told to end. */
function patient() {
  const folder = temp();
  const [log, go] = [join(folder, 'log'), join(folder, 'go')];
  const plan = planOf(`echo begun >> ${log}; while [ ! -e ${go} ]; do sleep 0.05; done`);
  const begun = (count: number) => eventually('it has begun', () => linesIn(log).length === count);
  return { plan, begun, end: () => writeFileSync(go, '') };
}

interface Said {
  readonly subject: string;
  readonly reply: string;
  readonly text: string;
}

/** All that the servers carry. */
async function overhear(hall: NatsHall): Promise<readonly Said[]> {
  const nc = await listener(hall);
  const heard: Said[] = [];
  nc.subscribe('>', {
    callback: (_error, message) => {
      const { subject, reply = '' } = message;
      heard.push({ subject, reply, text: message.string() });
    },
  });
  await nc.flush();
  return heard;
}

/** The runs that a worker was asked about, and has answered. */
function clearedAt(name: string, heard: readonly Said[]): readonly string[] {
  const answers = heard.filter(({ text }) => text.includes('"work.heard"'));
  const answered = new Set(answers.map(({ subject }) => subject));
  return heard.flatMap(({ subject, reply, text }) => {
    const isMeant = subject.includes(`.ask.node.${name}.`) && answered.has(reply);
    return isMeant ? (/"work.clear","run":"([^"]+)"/.exec(text) ?? []).slice(1) : [];
  });
}

async function listener({ place }: NatsHall): Promise<NatsConnection> {
  const nc = await connect({ servers: [...place.servers] });
  ends.push(() => nc.close());
  return nc;
}

test('whoever joins is asked about runs that go on, and not about ones that are over', async () => {
  const hall = await open(server);
  const heard = await overhear(hall);
  await hall.join('first', { roles: { coder: 1 } });
  const played: string[] = [];
  for (let count = 0; count < 20; count += 1) {
    const { run, end } = await hall.play(planOf('true'));
    expect(end).toMatchObject({ status: 'succeeded' });
    played.push(run.id);
  }
  expect(new Set(clearedAt('first', heard))).toEqual(new Set(played));
  const { plan, begun, end } = patient();
  const living = await hall.begin(plan);
  await begun(1);
  await hall.join('late', { roles: { coder: 1 } });
  await eventually('it has answered', () => clearedAt('late', heard).length > 0);
  await refusesFor(hall, living.run.id, heard);
  end();
  expect((await living.played).end).toMatchObject({ status: 'succeeded' });
  expect(new Set(clearedAt('late', heard))).toEqual(new Set([living.run.id]));
});

/** What a hub that had the run before has called for is thrown away, and not even claimed. */
async function refusesFor(hall: NatsHall, run: string, heard: readonly Said[]): Promise<void> {
  const nc = await listener(hall);
  const about = { name: 'before', leaseMs: 6_000, clock: systemClock };
  const servers = await openServers(hall.place, about);
  ends.push(() => servers.nc.close());
  const hub = { hub: 'hub/before', version: readVersion(), announce: async () => {} };
  const calls = new Calls({ servers, clock: systemClock, ...hub });
  const over = new AbortController();
  const before = await waiting(nc, hall);
  const place = calls.place(wish, { run, ticket: 'before-1' }, 600_000, over.signal);
  while ((await waiting(nc, hall)).lastSequence === before.lastSequence);
  while ((await waiting(nc, hall)).messages > before.messages);
  const isThrown = () => heard.some(({ text }) => text === '+TERM');
  await eventually('what was said before was heard, too', isThrown);
  expect(heard.filter(({ subject }) => subject.endsWith('.ask.hub.before'))).toEqual([]);
  over.abort();
  expect(await place).toBeNull();
}

async function waiting(nc: NatsConnection, { place }: NatsHall) {
  const { prefix = '' } = place;
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const filter = queueSubject({ prefix }, queueName(wish, readVersion()));
  const { state } = await jsm.streams.info(`${prefix}_work`, { subjects_filter: filter });
  return { messages: state.messages, lastSequence: state.last_seq };
}

test('a run that comes back is cleared anew: others may have begun it meanwhile', async () => {
  const hall = await open(server);
  const heard = await overhear(hall);
  await hall.join('one', { roles: { coder: 1 } });
  const { plan, begun, end } = patient();
  const { run, played } = await hall.begin(plan);
  await begun(1);
  await run.stop();
  await played;
  const before = clearedAt('one', heard).length;
  expect(before).toBeGreaterThan(0);
  const resumed = await hall.resume(run.id);
  await begun(2);
  await eventually('it was asked again', () => clearedAt('one', heard).length > before);
  end();
  expect((await resumed.played).end).toMatchObject({ status: 'succeeded' });
});

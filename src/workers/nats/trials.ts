/** What workers, and those who call them, do with their servers, one thing at a time. */
import { JetStreamApiError } from '@nats-io/jetstream';
import { createInbox, type Msg } from '@nats-io/transport-node';
import { joinNats } from '../../bus/open-bus.ts';
import { ok, opened, type Stage, type Trial, warns } from '../../cluster/trial.ts';
import { exchange } from '../../cluster/trials.ts';
import { deskOf } from '../wire.ts';
import { censusOf } from './census.ts';
import { Depot } from './depot.ts';
import { LetterBus } from './letters.ts';
import { pullCalls } from './pulling.ts';
import { ensureQueue, noSuchConsumer, pullSubject, queueSubject } from './queues.ts';
import { entryAt, hubDeskOf, keyOf, watchRegister } from './register.ts';
import { defaultWorkerLeaseMs, openServers, type Servers } from './servers.ts';

type Trials = readonly (readonly [string, Trial])[];

const letterCharacters = 300_000;

export const ownDesk = (kind: 'hub' | 'worker', { name, life }: Stage): string =>
  kind === 'hub' ? hubDeskOf(`check-${life}`) : deskOf(name, life);

function serversAt(stage: Stage): Promise<Servers> {
  const { place, name, clock, leaseMs = defaultWorkerLeaseMs } = stage;
  return opened(stage, openServers(place, { name, clock, leaseMs }));
}

/** A call is put into a queue of its own, and taken out. */
const callsTrial: Trial = async (stage) => {
  const servers = await serversAt(stage);
  const { nc, js, jsm, work } = servers;
  const queue = `check_${stage.life}`;
  await ensureQueue(servers, queue);
  stage.later(async () => {
    await jsm.consumers.delete(work, queue).catch(() => {});
  });
  const { seq } = await js.publish(queueSubject(servers, queue), stage.life);
  let reply = '';
  const take = (call: Msg): void => {
    reply = call.reply ?? '';
  };
  await pullCalls(servers, { queue, count: 1, patience: 'some', take });
  if (reply !== '') nc.publish(reply, '+ACK');
  else await jsm.streams.deleteMessage(work, seq, false);
  await nc.flush();
  return ok(`stream ${work}: a call was made and taken`);
};

/** Of a queue that is not there nothing can be taken: but it may be asked for. */
const pullsTrial: Trial = async (stage) => {
  const servers = await serversAt(stage);
  const { nc, jsm, work } = servers;
  const queue = `check_${stage.life}`;
  await jsm.consumers.info(work, queue).catch((error: unknown) => {
    if (!(error instanceof JetStreamApiError) || error.code !== noSuchConsumer) throw error;
  });
  nc.publish(pullSubject(servers, queue), '', { reply: createInbox() });
  nc.publish(`$JS.ACK.${work}.${queue}.1.1.1.1.0`, '+ACK');
  await nc.flush();
  return ok(`stream ${work}: calls may be taken`);
};

/** What is written makes no sense to anybody: nobody takes it for a worker, or for a hub. */
const registerTrial =
  (kind: 'hub' | 'worker'): Trial =>
  async (stage) => {
    const servers = await serversAt(stage);
    const { life, later } = stage;
    const key = keyOf(ownDesk(kind, stage));
    const heard = new Promise<void>((resolve) => {
      const inlet = watchRegister(servers, kind, `check_${life}`, (each) => {
        if (each === key) resolve();
      });
      later(() => inlet.close());
    });
    await servers.register.put(key, '{}');
    await heard;
    await entryAt(servers, key);
    await servers.register.delete(key);
    return ok(`bucket ${servers.registerName}: an entry was written, seen and taken away`);
  };

/** Who is there of another version gets nothing from the others. */
const versionsTrial: Trial = async (stage) => {
  const { workers, hubs, strangers, version } = await censusOf(await serversAt(stage));
  const [first] = strangers;
  if (!first) return ok(`${workers} workers, ${hubs} that give them work: none of another version`);
  const more = strangers.length > 1 ? `, and ${strangers.length - 1} more of another version` : '';
  const found = `${first.name} is Troupe ${first.version}, and this ${version}${more}`;
  return warns(found, 'use the same version everywhere: they get nothing from each other');
};

/** A file that a worker brings stays until the servers forget it: it may not take any away. */
const filesTrial =
  (kind: 'hub' | 'worker'): Trial =>
  async (stage) => {
    const servers = await serversAt(stage);
    const depot = new Depot(servers);
    const text = Buffer.from(stage.life);
    const sha256 = await depot.put(text);
    await depot.read(sha256, text.length);
    if (kind === 'hub') await servers.shelf.delete(`${sha256}.0`);
    return ok(`store ${servers.prefix}_parcels: a file was brought and fetched`);
  };

/** Words that are longer than the servers take. */
const lettersTrial =
  (kind: 'hub' | 'worker'): Trial =>
  async (stage) => {
    const { place, name } = stage;
    const depot = new Depot(await serversAt(stage));
    const text = 'y'.repeat(letterCharacters);
    const open = async () => new LetterBus(await joinNats({ place, name }), depot);
    await exchange(stage, ownDesk(kind, stage), { text }, open);
    return ok(`${letterCharacters} characters arrived`);
  };

export const hubTrials: Trials = [
  ['calls', callsTrial],
  ['register', registerTrial('hub')],
  ['versions', versionsTrial],
  ['parcels', filesTrial('hub')],
  ['letters', lettersTrial('hub')],
];

export const workerTrials: Trials = [
  ['calls', pullsTrial],
  ['register', registerTrial('worker')],
  ['versions', versionsTrial],
  ['parcels', filesTrial('worker')],
  ['letters', lettersTrial('worker')],
];

/**
 * Workers that belong to no hub, on hosts whose clocks are minutes apart: they take what two hubs
 * call for out of queues, while workers, hubs, servers and cables fail.
 *
 * As in `hosts.test.ts` each chapter waits until its tasks are in the middle, does harm, and goes
 * on once it is repaired.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { natsServers } from '../bus/nats/servers.ts';
import { Desk, type Process } from '../cli/troupe.ts';
import { type Hosts, layHosts, typeAt } from './hosts.ts';
import { resultsIn, type Server, Stage, takenOver, watcherPlaces } from './stage.ts';
import {
  begunIn,
  expectAnswered,
  expectOneAtATime,
  go,
  idsOf,
  type Tale,
  tickingPlan,
} from './ticking.ts';

/** More of them with TROUPE_LONG=1. */
const tasksWanted = process.env.TROUPE_LONG ? 2_000 : 100;
const chapters = 5;
const tale: Tale = { chapters, shortTasks: tasksWanted / chapters };
/** A run of the other hub, beside it. */
const asideTale: Tale = { chapters: 1, shortTasks: 10 };

vi.setConfig({ testTimeout: 600_000 + tasksWanted * 1_000, hookTimeout: 120_000 });

const { three } = natsServers();
const hosts = layHosts(3);

/** Given to that one, which goes on with it when nobody looks any more. */
async function begin(stage: Stage, at: number, { home }: Server, plan: string, desk: Desk) {
  const words = ['run', plan, '--home', home, '--quiet'];
  const { child } = typeAt(stage.host(at), stage.desk, words);
  await stage.until('its first tasks are at work', () => begunIn(desk, 0) >= 2);
  child.kill('SIGKILL');
  const [run = ''] = readdirSync(join(home, 'runs'));
  return run;
}

const joinedAgain = ({ stderr }: Process): boolean => stderr.includes('It has joined again.');

// Network namespaces need root, Linux, and iproute2.
test.skipIf(!hosts)(
  `${tasksWanted} tasks that workers take out of queues survive hubs, workers and cables`,
  async () => {
    const stage = new Stage(hosts as Hosts, 'proxy');
    const [{ desk }, aside] = [stage, new Desk()];
    const servers = await three(stage.hosts.all);
    stage.shareAt(servers);
    const ada = await stage.caller('ada', { at: 0, minutes: 6 });
    const bob = await stage.caller('bob', { at: 1, minutes: -5 });
    const one = await stage.puller('one', { at: 1, minutes: 11 });
    const inTheMiddleOf = (chapter: number) =>
      stage.inTheMiddleOf(chapter, Math.floor((chapter + 0.3) * tale.shortTasks));

    const run = await begin(stage, 0, ada, tickingPlan(desk, tale), desk);
    await inTheMiddleOf(0);
    one.child.kill('SIGKILL');
    const others = [
      await stage.puller('two', { at: 2, minutes: 0 }),
      await stage.puller('three', { at: 2, minutes: -8 }),
    ];
    await stage.begunAgain(0, 4);
    go(desk, 0);

    await inTheMiddleOf(1);
    const beside = await begin(stage, 1, bob, tickingPlan(aside, asideTale), aside);
    // A hub that is not the owner: the same workers end what is its own, and nothing else.
    const lost = stage.lost;
    bob.process.child.kill('SIGKILL');
    await stage.hears(ada, takenOver);
    await stage.until('it was begun again', () => begunIn(aside, 0) >= 4);
    expect(begunIn(desk, 1)).toBeLessThanOrEqual(2 + watcherPlaces * (stage.lost - lost));
    go(aside, 0);
    await stage.isTold(beside, idsOf(asideTale).length, ada);
    const again = await stage.caller('bob', { at: 1, minutes: -5 });
    go(desk, 1);

    await inTheMiddleOf(2);
    ada.process.child.kill('SIGKILL');
    await stage.hears(again, takenOver);
    await stage.begunAgain(2, 4);
    const back = await stage.caller('ada', { at: 0, minutes: 6 });
    go(desk, 2);

    await inTheMiddleOf(3);
    // All who are at work live on, with a server that has lost the others.
    stage.host(2).pull();
    await stage.puller('four', { at: 0, minutes: 3 });
    await stage.begunAgain(3, 4);
    stage.host(2).plug();
    await stage.until('they are back', () => others.every(joinedAgain));
    go(desk, 3);

    await inTheMiddleOf(4);
    await servers[0]?.kill();
    await stage.past(tasksWanted + 2 * (chapters - 1));
    go(desk, 4);

    const { home } = await stage.isTold(run, idsOf(tale).length, back, again);
    expectOneAtATime(desk, idsOf(tale));
    expectOneAtATime(aside, idsOf(asideTale));
    expectAnswered(desk, resultsIn(home, run));
    stage.expectLittleAgain();
    for (const { process } of [back, again]) {
      process.child.kill('SIGTERM');
      expect((await process.end()).code).toBe(0);
    }
  },
);

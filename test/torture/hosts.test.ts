/**
 * Everything at once, on hosts whose clocks are minutes apart: links that are slow, that say things
 * twice, that are cut; workers, servers and owners that are killed. The run ends by itself.
 *
 * Each chapter waits until its tasks are in the middle, does harm, and goes on once it is repaired:
 * nothing here depends on how fast anything is.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { natsServers } from '../bus/nats/servers.ts';
import { jsonLines } from '../cli/troupe.ts';
import { type Hosts, layHosts, typeAt } from './hosts.ts';
import { withoutNetem } from './netem.ts';
import { resultsIn, Stage, takenOver } from './stage.ts';
import { expectAnswered, expectOneAtATime, go, idsOf, tickingPlan } from './ticking.ts';

/** More of them with TROUPE_LONG=1. */
const tasksWanted = process.env.TROUPE_LONG ? 2_000 : 200;
const chapters = 5;
const tale = { chapters, shortTasks: tasksWanted / chapters };

vi.setConfig({ testTimeout: 600_000 + tasksWanted * 1_000, hookTimeout: 120_000 });

const { three } = natsServers();
const hosts = layHosts(3);
const lacks = hosts && withoutNetem();
const links = lacks === null ? 'netem' : 'proxy';
const by = hosts ? ` over ${links === 'netem' ? 'tc netem and a proxy' : 'a proxy'}` : '';
if (lacks) process.stderr.write(`links are troubled by a proxy alone: no tc netem (${lacks})\n`);

// Network namespaces need root, Linux, and iproute2.
test.skipIf(!hosts)(
  `${tasksWanted} tasks on hosts in network namespaces survive all of it${by}`,
  async () => {
    const stage = new Stage(hosts as Hosts, links);
    const { desk } = stage;
    const servers = await three(stage.hosts.all);
    stage.shareAt(servers);
    const ada = await stage.node('ada', { at: 0, minutes: 7 });
    const bob = await stage.node('bob', { at: 1, minutes: -4 });
    const wire = await stage.wireTo(0, ada);
    const one = await stage.worker('one', wire.url, ada, { at: 2, minutes: -9 });
    await stage.worker('two', stage.urlOf(0, ada), ada, { at: 2, minutes: 0 });
    await stage.worker('three', stage.urlOf(1, bob), bob, { at: 1, minutes: 12 });
    const plan = tickingPlan(desk, tale);
    const begin = typeAt(stage.host(0), desk, ['run', plan, '--home', ada.home, '--quiet']);
    const inTheMiddleOf = (chapter: number) =>
      stage.inTheMiddleOf(chapter, Math.floor((chapter + 0.3) * tale.shortTasks));

    await inTheMiddleOf(0);
    // To look away stops nothing.
    begin.child.kill('SIGKILL');
    const [run = ''] = readdirSync(join(ada.home, 'runs'));
    wire.double('twice');
    stage.slow(2, wire, { delayMs: 20, jitterMs: 5, lossPercent: 0.5, duplicatePercent: 5 });
    one.child.kill('SIGKILL');
    await stage.worker('four', wire.url, ada, { at: 2, minutes: 3 });
    await stage.begunAgain(0, 3);
    go(desk, 0);

    await inTheMiddleOf(1);
    await servers[2]?.kill();
    // It lives, and is at work: nobody else may be at the same before it has stopped.
    wire.hold();
    await stage.hears(ada, /four is lost/);
    await stage.begunAgain(1, 3);
    await servers[2]?.start();
    wire.heal();
    stage.slow(2, wire, null);
    go(desk, 1);

    await inTheMiddleOf(2);
    ada.process.child.kill('SIGKILL');
    await stage.hears(bob, takenOver);
    await stage.begunAgain(2, 4);
    // The one that was dead is back, and so are its workers.
    const again = await stage.node('ada', { at: 0, minutes: 7 }, ada.port);
    await stage.hears(again, /two has joined/);
    go(desk, 2);

    await inTheMiddleOf(3);
    // The owner lives, its worker with it, and nobody can tell them.
    stage.host(1).pull();
    await stage.hears(again, takenOver);
    await stage.begunAgain(3, 4);
    stage.host(1).plug();
    go(desk, 3);

    await inTheMiddleOf(4);
    await servers[0]?.kill();
    await stage.past(chapters * tale.shortTasks + 2 * (chapters - 1));
    go(desk, 4);

    const ids = idsOf(tale);
    const { home } = await stage.isTold(run, ids.length, again, bob);
    expectOneAtATime(desk, ids);
    expectAnswered(desk, resultsIn(home, run));
    stage.expectLittleAgain();
    const status = await desk.type(['ps', run, '--json', '--home', home]);
    expect(jsonLines(status.stdout)[0]).toMatchObject({ status: 'succeeded' });
    for (const { process } of [again, bob]) {
      process.child.kill('SIGTERM');
      expect((await process.end()).code).toBe(0);
    }
  },
);

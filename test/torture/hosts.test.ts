/**
 * Everything at once, on hosts whose clocks are minutes apart: links that are slow, that say things
 * twice, that are cut; workers, servers and owners that are killed. The run ends by itself.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { eventually } from '../agents/processes.ts';
import { natsServers } from '../bus/nats/servers.ts';
import { type Wire, wireTo } from '../bus/wire.ts';
import { Desk, jsonLines, type Process } from '../cli/troupe.ts';
import { tokenFor } from '../workers/troop.ts';
import { type Host, type Hosts, layHosts, typeAt } from './hosts.ts';
import { clockOffBy } from './skew.ts';
import { doneIn, expectOneAtATime, tickingPlan } from './ticking.ts';

/**
 * Only with TROUPE_TORTURE=1, about 100 s on two busy cores; more of them, about five minutes, with
 * TROUPE_LONG=1 as well.
 */
const tasksWanted = process.env.TROUPE_LONG ? 2_000 : 200;

vi.setConfig({ testTimeout: 300_000 + tasksWanted * 1_000, hookTimeout: 120_000 });

const { three } = natsServers();
const hosts = layHosts(3);
const closers: (() => void)[] = [];
afterAll(() => {
  for (const close of closers.splice(0)) close();
});

interface Node {
  readonly process: Process;
  readonly home: string;
}

class Stage {
  readonly desk = new Desk();
  readonly hosts = hosts as Hosts;
  readonly #nodes: Process[] = [];
  urls = '';

  host(at: number): Host {
    return this.hosts.all[at] as Host;
  }

  /** A house with its own disk, that shares its runs over NATS and lets workers join. */
  async node(
    name: string,
    at: number,
    minutes: number,
    port = 0,
  ): Promise<Node & { port: number }> {
    const home = this.desk.path(`home-${name}`);
    const host = this.host(at);
    const words = ['serve', '--port', '0', '--json', '--home', home, '--node', name];
    const bus = ['--nats', this.urls, '--bus', `${host.address}:${port}`];
    const process = typeAt(host, this.desk, [...words, ...bus], clockOffBy(minutes));
    this.#nodes.push(process);
    const [, own = ''] = await process.says(/"bus":\{[^}]*"port":(\d+)/);
    return { process, home, port: Number(own) };
  }

  async worker(name: string, at: number, url: string, home: string, minutes = 0) {
    const env = { TROUPE_TOKEN: await tokenFor(this.desk, home), ...clockOffBy(minutes) };
    const words = ['worker', '--join', url, '--role', 'coder=4', '--name', name];
    const all = [...words, '--home', this.desk.path(`home-${name}`)];
    const process = typeAt(this.host(at), this.desk, all, env);
    await process.says(/has joined/);
    return process;
  }

  async wireTo(at: number, port: number): Promise<Wire> {
    const wire = await wireTo(port, { to: this.host(at).address, at: this.hosts.own });
    closers.push(wire.close);
    return wire;
  }

  done(): number {
    return doneIn(this.desk);
  }

  /** An owner that dies, a lease, a leader: several waits may come one after the other. */
  async #patiently(holds: () => boolean): Promise<void> {
    for (let tries = 1; tries <= 3; tries += 1) {
      const isDone = await eventually('', holds).then(
        () => true,
        () => false,
      );
      if (isDone) return;
      // What needed it is never begun: to wait for that is no use.
      expect(this.#failed()).toEqual([]);
    }
    const said = this.#nodes.map(({ stderr }) => stderr.slice(-2_000)).join('\n--\n');
    throw new Error(`${this.done()} are done, and no more; the nodes say: ${said}`);
  }

  #failed(): readonly string[] {
    const homes = ['ada', 'bob'].map((name) => this.desk.path(`home-${name}`));
    const runs = homes.flatMap((home) => runsIn(home).map((run) => [home, run] as const));
    const results = runs.flatMap(([home, run]) => resultsIn(home, run));
    return results.flatMap(({ status, text }) => (status === 'failed' ? [text] : []));
  }

  async past(part: number): Promise<void> {
    const wanted = Math.floor(tasksWanted * part);
    let seen = 0;
    // As long as something goes on it is waited for.
    for (;;) {
      const before = seen;
      await this.#patiently(() => this.done() > before);
      seen = this.done();
      if (seen >= wanted) return;
    }
  }
}

function runsIn(home: string): readonly string[] {
  const folder = join(home, 'runs');
  return existsSync(folder) ? readdirSync(folder) : [];
}

const resultsIn = (home: string, run: string) => {
  const folder = join(home, 'runs', run, 'results');
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const texts = names.map((name) => readFileSync(join(folder, name), 'utf8'));
  return texts.map((text) => ({ status: String(JSON.parse(text).status), text }));
};

// Network namespaces need root; and it takes both cores for longer than every day has.
test.skipIf(!hosts || !process.env.TROUPE_TORTURE)(
  `${tasksWanted} tasks survive all of it, each done by one at a time`,
  async () => {
    const stage = new Stage();
    const { desk } = stage;
    const servers = await three(stage.hosts.all);
    stage.urls = servers.map(({ url }) => url).join(',');
    const nats = { servers: servers.map(({ url }) => url), replicas: 3, lease: '6s' };
    writeFileSync(desk.path('troupe.yaml'), JSON.stringify({ bus: { nats } }));
    const ada = await stage.node('ada', 0, 7);
    const bob = await stage.node('bob', 1, -4);
    const wire = await stage.wireTo(0, ada.port);
    const direct = `ws://${stage.host(0).address}:${ada.port}`;
    const one = await stage.worker('one', 2, wire.url, ada.home, -9);
    await stage.worker('two', 2, direct, ada.home);
    await stage.worker('three', 1, `ws://${stage.host(1).address}:${bob.port}`, bob.home, 12);
    const plan = tickingPlan(desk, tasksWanted);
    const begin = typeAt(stage.host(0), desk, ['run', plan, '--home', ada.home, '--quiet']);
    await stage.past(0.05);
    // To look away stops nothing.
    begin.child.kill('SIGKILL');
    const [run = ''] = readdirSync(join(ada.home, 'runs'));

    wire.double('twice');
    wire.delay(20);
    await stage.past(0.15);
    one.child.kill('SIGKILL');
    await stage.worker('four', 2, wire.url, ada.home, 3);
    await stage.past(0.25);
    await servers[2]?.kill();
    wire.hold();
    await ada.process.says(/four is lost/);
    await stage.past(0.4);
    await servers[2]?.start();
    wire.heal();
    wire.delay(0);
    await stage.past(0.5);
    ada.process.child.kill('SIGKILL');
    await bob.process.says(/had no owner: this node goes on with it/);
    await stage.past(0.7);
    // The one that was dead is back, and so are its workers.
    const again = await stage.node('ada', 0, 7, ada.port);
    await again.process.says(/two has joined/);
    bob.process.child.kill('SIGKILL');
    await again.process.says(/had no owner: this node goes on with it/);
    await stage.past(0.85);
    await servers[0]?.kill();
    await stage.past(1);
    const all = () => resultsIn(again.home, run);
    await eventually('all are told', () => all().length === tasksWanted);
    expect(new Set(all().map(({ status }) => status))).toEqual(new Set(['completed']));
    expectOneAtATime(desk, tasksWanted);
    const status = await desk.type(['ps', run, '--json', '--home', again.home]);
    expect(jsonLines(status.stdout)[0]).toMatchObject({ status: 'succeeded' });
    again.process.child.kill('SIGTERM');
    expect((await again.process.end()).code).toBe(0);
  },
);

/** Nodes, workers and servers on several hosts, and patience with them. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { eventually } from '../agents/processes.ts';
import type { NatsServer } from '../bus/nats/servers.ts';
import { type Wire, wireTo } from '../bus/wire.ts';
import { Desk, type Process } from '../cli/troupe.ts';
import { tokenFor } from '../workers/troop.ts';
import { type Host, type Hosts, typeAt } from './hosts.ts';
import type { Trouble } from './netem.ts';
import { clockOffBy } from './skew.ts';
import { againIn, begunIn, doneIn, shortAbreast } from './ticking.ts';

/** One that serves runs, on a disk of its own. */
export interface Server {
  readonly process: Process;
  readonly home: string;
}

/** It has workers of its own. */
export interface Node extends Server {
  /** Where they join it. */
  readonly port: number;
}

interface Wanted {
  /** On which host. */
  readonly at: number;
  /** By how much its clock is wrong. */
  readonly minutes: number;
}

const coderPlaces = 4;
/** So that one worker could have all who wait. */
export const watcherPlaces = 2;

export const takenOver = /had no owner: this node goes on with it/;

const closers: (() => void)[] = [];

export class Stage {
  readonly desk = new Desk();
  readonly hosts: Hosts;
  readonly #links: 'netem' | 'proxy';
  readonly #nodes: Process[] = [];
  #urls = '';

  constructor(hosts: Hosts, links: 'netem' | 'proxy') {
    this.hosts = hosts;
    this.#links = links;
    afterAll(() => {
      for (const close of closers.splice(0)) close();
    });
  }

  host(at: number): Host {
    return this.hosts.all[at] as Host;
  }

  shareAt(servers: readonly NatsServer[]): void {
    const urls = servers.map(({ url }) => url);
    this.#urls = urls.join(',');
    const nats = { servers: urls, replicas: urls.length };
    writeFileSync(this.desk.path('troupe.yaml'), JSON.stringify({ bus: { nats } }));
  }

  async node(name: string, wanted: Wanted, port = 0): Promise<Node> {
    const server = this.#serve(name, wanted, ['--bus', `${this.host(wanted.at).address}:${port}`]);
    const [, own = ''] = await server.process.says(/"bus":\{[^}]*"port":(\d+)/);
    return { ...server, port: Number(own) };
  }

  /** Its workers are those of all: they take its calls out of queues. */
  async caller(name: string, wanted: Wanted): Promise<Server> {
    const server = this.#serve(name, wanted, []);
    await server.process.says(/"serve.opened"/);
    return server;
  }

  /** Joined at once: whoever is told to work finds it there. */
  async worker(name: string, url: string, { home }: Node, wanted: Wanted): Promise<Process> {
    const token = { TROUPE_TOKEN: await tokenFor(this.desk, home) };
    return this.#join(name, ['--join', url], wanted, token);
  }

  /** One for whoever calls at the servers. */
  puller(name: string, wanted: Wanted): Promise<Process> {
    return this.#join(name, ['--nats', this.#urls], wanted);
  }

  urlOf(at: number, { port }: Node): string {
    return `ws://${this.host(at).address}:${port}`;
  }

  /** A way there that can be troubled, message by message. */
  async wireTo(at: number, { port }: Node): Promise<Wire> {
    const wire = await wireTo(port, { to: this.host(at).address, at: this.hosts.own });
    closers.push(wire.close);
    return wire;
  }

  /** Everything at that host is slow: its link where the kernel can, else that wire alone. */
  slow(at: number, wire: Wire, trouble: Trouble | null): void {
    if (this.#links === 'netem') this.host(at).trouble(trouble);
    else wire.delay(trouble?.delayMs ?? 0);
  }

  /** How often any node has lost a worker. */
  get lost(): number {
    return this.#said(/is lost:/g);
  }

  /** Whatever was at work when something was lost is made again, and nothing else. */
  expectLittleAgain(): void {
    const lost = this.lost * (coderPlaces + watcherPlaces);
    const owners = this.#said(new RegExp(takenOver, 'g')) * (shortAbreast + watcherPlaces);
    process.stderr.write(`${againIn(this.desk)} made again, of ${lost + owners} at most\n`);
    expect(againIn(this.desk)).toBeLessThanOrEqual(lost + owners);
  }

  async hears({ process }: Server, what: RegExp): Promise<void> {
    await this.until(`it says ${what}`, () => what.test(process.stderr));
  }

  /** All of it was done, and whoever owns it tells so. */
  async isTold(run: string, count: number, ...servers: readonly Server[]): Promise<Server> {
    const teller = () => servers.find(({ home }) => resultsIn(home, run).length === count);
    await this.until('all are told', () => teller() !== undefined);
    return teller() as Server;
  }

  /** Both who wait in that chapter are at work, and some of its short tasks are done. */
  async inTheMiddleOf(chapter: number, done: number): Promise<void> {
    await this.until(`chapter ${chapter} is under way`, () => begunIn(this.desk, chapter) >= 2);
    await this.past(done);
  }

  /** Those who wait in that chapter were begun so often, all attempts together. */
  async begunAgain(chapter: number, count: number): Promise<void> {
    const holds = () => begunIn(this.desk, chapter) >= count;
    await this.until(`chapter ${chapter} was begun ${count} times`, holds);
  }

  /** As long as something goes on it is waited for. */
  async past(wanted: number): Promise<void> {
    for (let seen = -1; seen < wanted; ) {
      const before = seen;
      await this.until(`more than ${before} are done`, () => doneIn(this.desk) > before);
      seen = doneIn(this.desk);
    }
  }

  /** An owner that dies, a lease, a leader: several waits may come one after the other. */
  async until(what: string, holds: () => boolean): Promise<void> {
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
    const done = `${doneIn(this.desk)} are done`;
    throw new Error(`never came true: ${what}; ${done}, and the nodes say: ${said}`);
  }

  #serve(name: string, { at, minutes }: Wanted, more: readonly string[]): Server {
    const home = this.desk.path(`home-${name}`);
    const words = ['serve', '--port', '0', '--json', '--home', home, '--node', name];
    const all = [...words, '--nats', this.#urls, ...more];
    const process = typeAt(this.host(at), this.desk, all, clockOffBy(minutes));
    this.#nodes.push(process);
    return { process, home };
  }

  async #join(
    name: string,
    where: readonly string[],
    { at, minutes }: Wanted,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Process> {
    const places = ['--role', `coder=${coderPlaces}`, '--role', `watcher=${watcherPlaces}`];
    const words = ['worker', ...where, ...places, '--name', name];
    const all = [...words, '--home', this.desk.path(`home-${name}`)];
    const process = typeAt(this.host(at), this.desk, all, { ...env, ...clockOffBy(minutes) });
    await process.says(/has joined/);
    return process;
  }

  /** How often any of them has, the dead as well. */
  #said(what: RegExp): number {
    return this.#nodes.flatMap(({ stderr }) => stderr.match(what) ?? []).length;
  }

  #failed(): readonly string[] {
    const homes = ['ada', 'bob'].map((name) => this.desk.path(`home-${name}`));
    const all = homes.flatMap((home) => runsIn(home).flatMap((run) => resultsIn(home, run)));
    return all.flatMap(({ status, text }) => (status === 'failed' ? [text] : []));
  }
}

export function runsIn(home: string): readonly string[] {
  const folder = join(home, 'runs');
  return existsSync(folder) ? readdirSync(folder) : [];
}

export function resultsIn(home: string, run: string) {
  const folder = join(home, 'runs', run, 'results');
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.map((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const { task_id: task, status, output } = JSON.parse(text) as Record<string, string>;
    return { task, status, output, text };
  });
}

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
import { begunIn, doneIn } from './ticking.ts';

/** One that serves runs and has workers of its own, on a disk of its own. */
export interface Node {
  readonly process: Process;
  readonly home: string;
  /** Where its workers join it. */
  readonly port: number;
}

interface Wanted {
  /** On which host. */
  readonly at: number;
  /** By how much its clock is wrong. */
  readonly minutes: number;
}

export const coderPlaces = 4;
/** So that one worker could have all who wait. */
export const watcherPlaces = 2;

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

  async node(name: string, { at, minutes }: Wanted, port = 0): Promise<Node> {
    const home = this.desk.path(`home-${name}`);
    const host = this.host(at);
    const words = ['serve', '--port', '0', '--json', '--home', home, '--node', name];
    const bus = ['--nats', this.#urls, '--bus', `${host.address}:${port}`];
    const process = typeAt(host, this.desk, [...words, ...bus], clockOffBy(minutes));
    this.#nodes.push(process);
    const [, own = ''] = await process.says(/"bus":\{[^}]*"port":(\d+)/);
    return { process, home, port: Number(own) };
  }

  /** Joined at once: whoever is told to work finds it there. */
  async worker(name: string, url: string, { home }: Node, { at, minutes }: Wanted) {
    const env = { TROUPE_TOKEN: await tokenFor(this.desk, home), ...clockOffBy(minutes) };
    const places = ['--role', `coder=${coderPlaces}`, '--role', `watcher=${watcherPlaces}`];
    const words = ['worker', '--join', url, ...places, '--name', name];
    const all = [...words, '--home', this.desk.path(`home-${name}`)];
    const process = typeAt(this.host(at), this.desk, all, env);
    await process.says(/has joined/);
    return process;
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

  /** How often any of them has said so, the dead as well. */
  said(what: RegExp): number {
    return this.#nodes.flatMap(({ stderr }) => stderr.match(what) ?? []).length;
  }

  async hears({ process }: Node, what: RegExp): Promise<void> {
    await this.until(`it says ${what}`, () => what.test(process.stderr));
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

/** Several hosts on one machine: network namespaces at one switch, and this process beside them. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { afterAll } from 'vitest';
import { type Desk, Process } from '../cli/troupe.ts';
import { type Trouble, wordsOf } from './netem.ts';

export interface Host {
  readonly name: string;
  readonly address: string;
  /** The words before a command that is to run there. */
  readonly within: readonly string[];
  /** Its cable is pulled: nobody says goodbye. */
  readonly pull: () => void;
  readonly plug: () => void;
  /** So that every packet that comes or goes has it hard; null: no more. It takes netem. */
  readonly trouble: (trouble: Trouble | null) => void;
}

export interface Hosts {
  readonly all: readonly Host[];
  /** Where they find this process. */
  readonly own: string;
}

const ip = (...words: readonly string[]): boolean =>
  spawnSync('ip', words, { encoding: 'utf8' }).status === 0;
const within = (space: string, ...words: readonly string[]): boolean =>
  ip('netns', 'exec', space, 'ip', ...words);

/** What leaves a space by that link from now on. */
function troubleLink(space: string, link: string, trouble: Trouble | null): void {
  const before = ['netns', 'exec', space, 'tc', 'qdisc'];
  const isDone = trouble
    ? ip(...before, 'replace', 'dev', link, 'root', ...wordsOf(trouble))
    : ip(...before, 'del', 'dev', link, 'root');
  assert(isDone, `${link} in ${space} does not take it`);
}

/** A range that is for tests of networks, and of it what no other test has. */
function freeNet(): string {
  const { stdout } = spawnSync('ip', ['-o', 'addr'], { encoding: 'utf8' });
  const nets = Array.from({ length: 250 }, (_, at) => `198.18.${(process.pid + at) % 250}`);
  return nets.find((net) => !stdout.includes(` ${net}.`)) ?? '198.18.250';
}

/**
 * Null where the machine does not let us: it takes root, and Linux. Taken away with the tests; but
 * where all of a file are skipped nothing is taken away, and nothing should be laid.
 */
export function layHosts(count: number): Hosts | null {
  if (process.platform !== 'linux') return null;
  const id = process.pid % 100_000;
  const net = freeNet();
  const nexus = `tr${id}x`;
  const spaces = Array.from({ length: count }, (_, at) => `tr${id}h${at}`);
  afterAll(() => {
    for (const space of [nexus, ...spaces]) ip('netns', 'del', space);
  });
  const hasSwitch =
    ip('netns', 'add', nexus) &&
    within(nexus, 'link', 'add', 'sw', 'type', 'bridge') &&
    within(nexus, 'link', 'set', 'sw', 'up');
  const plugIn = (space: string | null, address: string, end: string): boolean => {
    const own = space ? ['netns', space] : [];
    const here = (...words: readonly string[]) => (space ? within(space, ...words) : ip(...words));
    return (
      (space === null || ip('netns', 'add', space)) &&
      ip('link', 'add', end, ...own, 'type', 'veth', 'peer', 'name', end, 'netns', nexus) &&
      within(nexus, 'link', 'set', end, 'master', 'sw', 'up') &&
      here('addr', 'add', `${address}/24`, 'dev', end) &&
      here('link', 'set', end, 'up') &&
      here('link', 'set', 'lo', 'up')
    );
  };
  const address = (at: number): string => `${net}.${at + 1}`;
  const isLaid =
    hasSwitch &&
    plugIn(null, `${net}.254`, nexus) &&
    spaces.every((space, at) => plugIn(space, address(at), space));
  if (!isLaid) return null;
  const all = spaces.map((name, at) => ({
    ...{ name, address: address(at), within: ['ip', 'netns', 'exec', name] },
    pull: () => void within(name, 'link', 'set', name, 'down'),
    plug: () => void within(name, 'link', 'set', name, 'up'),
    trouble: (trouble: Trouble | null) => {
      for (const space of [name, nexus]) troubleLink(space, name, trouble);
    },
  }));
  return { all, own: `${net}.254` };
}

/** `troupe`, typed at that host. */
export function typeAt(
  host: Host,
  desk: Desk,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Process {
  const [program = '', ...before] = host.within;
  const child = spawn(program, [...before, process.execPath, desk.main, ...words], {
    cwd: desk.folder,
    env: desk.environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Process(child);
}

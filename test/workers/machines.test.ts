/** Two machines, as far as their networks go: a hub in one namespace, workers in another one. */
import { spawn, spawnSync } from 'node:child_process';
import { afterAll, expect, test } from 'vitest';
import { eventually } from '../agents/processes.ts';
import { Desk, Process } from '../cli/troupe.ts';
import { addressOf, expectAlone, linesOf, planOf, tokenFor } from './troop.ts';

const id = process.pid % 100_000;
const [here, there] = [`tr${id}a`, `tr${id}b`];
const ip = (...words: readonly string[]) =>
  spawnSync('ip', words, { encoding: 'utf8' }).status === 0;
const within = (space: string, ...words: readonly string[]) =>
  ip('netns', 'exec', space, 'ip', ...words);

/** Two namespaces with a cable between them; false where the machine does not let us. */
function lay(): boolean {
  return (
    process.platform === 'linux' &&
    [here, there].every((space) => ip('netns', 'add', space)) &&
    ip('link', 'add', here, 'netns', here, 'type', 'veth', 'peer', 'name', there, 'netns', there) &&
    within(here, 'addr', 'add', '10.213.7.1/24', 'dev', here) &&
    within(there, 'addr', 'add', '10.213.7.2/24', 'dev', there) &&
    [here, there].every((space) => within(space, 'link', 'set', space, 'up')) &&
    [here, there].every((space) => within(space, 'link', 'set', 'lo', 'up'))
  );
}

const isLaid = lay();
afterAll(() => {
  for (const space of [here, there]) ip('netns', 'del', space);
});

const startIn = (space: string, desk: Desk, words: readonly string[], token = '') =>
  new Process(
    spawn('ip', ['netns', 'exec', space, process.execPath, desk.main, ...words], {
      cwd: desk.folder,
      env: desk.environment({ TROUPE_TOKEN: token }),
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );

// Network namespaces need root, and a kernel that has them.
test.skipIf(!isLaid)(
  'a cable that is pulled and put back loses nothing, and doubles nothing',
  async () => {
    const [desk, count] = [new Desk(), 80];
    const token = await tokenFor(desk);
    const plan = planOf(desk, count, { seconds: 0.5 });
    const run = startIn(here, desk, ['run', plan, '--bus', '10.213.7.1:0', '--tls', '--quiet']);
    const { url, pin } = await addressOf(run);
    const join = ['worker', '--join', url, '--pin', pin, '--role', 'coder=4'];
    for (const name of ['far', 'away']) {
      startIn(there, desk, [...join, '--name', name, '--home', desk.path(name)], token);
    }
    startIn(here, desk, [...join, '--name', 'near', '--home', desk.path('near')], token);
    await eventually('all of them work', () => linesOf(desk).length > 20);
    within(there, 'link', 'set', there, 'down');
    // Nobody says goodbye on a cable that is not there: only the lease tells.
    await run.says(/far is lost/);
    within(there, 'link', 'set', there, 'up');
    const { code, stderr } = await run.end();
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expectAlone(linesOf(desk), count);
  },
);

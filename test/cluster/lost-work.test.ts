/** Work that lay on the disk of a node that died before its checks had come to an end. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually } from '../agents/processes.ts';
import { natsServers } from '../bus/nats/servers.ts';
import { Desk } from '../cli/troupe.ts';
import { node } from './nodes.ts';

const { one } = natsServers();

/** The check waits until it is let go; all that is in the task's own folder is what it made. */
const plan = (desk: Desk) => ({
  name: 'lost',
  agents: { one: { adapter: 'command' } },
  tasks: [
    {
      id: 'made',
      agent: 'one',
      workspace: 'folder',
      run: ['sh', '-c', `echo made > made; echo end >> ${desk.path('log')}`],
      verify: [
        { run: ['sh', '-c', `echo >> ${desk.path('looks')}; ${until(desk)}; test -e made`] },
      ],
    },
    { id: 'next', agent: 'one', needs: ['made'], run: ['true'] },
  ],
});

const until = (desk: Desk): string => `while ! test -e ${desk.path('go')}; do sleep 0.05; done`;

/** As of a time when this node had the run. */
function leaveOlder(folder: string): void {
  mkdirSync(join(folder, 'workspaces', 'made'), { recursive: true });
  writeFileSync(join(folder, 'workspaces', 'made', 'made'), 'older');
}

test.each([
  ['and is missed', () => {}],
  ['and something older lies there', leaveOlder],
])('%s: it is made again by the next node, and spends no retry', async (_, leave) => {
  const desk = new Desk();
  const servers = [await one()];
  writeFileSync(desk.path('plan.json'), JSON.stringify(plan(desk)));
  const [ada, bob] = [await node(desk, 'ada', servers), await node(desk, 'bob', servers)];
  const run = String((await ada.post('runs', { plan: 'plan.json' })).run);
  await eventually('it is looked at', () => existsSync(desk.path('looks')));
  leave(join(bob.home, 'runs', run));
  ada.process.child.kill('SIGKILL');
  await bob.process.says(/had no owner: this node goes on with it/);
  writeFileSync(desk.path('go'), '');
  await eventually('all are told', () => bob.results(run).length === 2);
  const told = bob.results(run).map(({ task_id, status }) => [task_id, status]);
  expect(told).toEqual([
    ['made', 'completed'],
    ['next', 'completed'],
  ]);
  expect(bob.results(run)[0]).toMatchObject({ attempts: 2 });
  expect(readFileSync(desk.path('log'), 'utf8')).toBe('end\nend\n');
  bob.process.child.kill('SIGTERM');
  expect((await bob.process.end()).code).toBe(0);
});

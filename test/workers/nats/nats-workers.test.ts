/** Roles whose work is done by workers that join over NATS: who does it, with which files. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { command, definePlan, type PlanDocument } from '../../../src/plan/define.ts';
import type { WorkerNews } from '../../../src/workers/worker.ts';
import { eventually } from '../../agents/processes.ts';
import { linesIn, resultOf, typesOf } from '../../app/stage.ts';
import { tempFolders } from '../../app/temp.ts';
import { type NatsServer, natsServers } from '../../bus/nats/servers.ts';
import { natsHalls } from './hall.ts';

const { one } = natsServers();
const open = natsHalls('nats-workers');
const temp = tempFolders('nats-workers-aside');

let server: NatsServer;
beforeAll(async () => {
  server = await one();
});

const remote = (more: object = {}) => command({ where: 'remote', ...more });
const planOf = (tasks: PlanDocument['tasks'], agents: PlanDocument['agents']) =>
  definePlan({ name: 'sample', agents, tasks });
const sh = (line: string) => ['sh', '-c', line];

/** Says when it begins and ends, and takes until a file is there. */
const patient = (log: string, go: string) =>
  sh(`echo begin >> ${log}; while [ ! -e ${go} ]; do sleep 0.05; done; echo end >> ${log}`);

/** In a folder that both see: what lies in the working one has another name there. */
const aside = (): readonly [string, string] => {
  const folder = temp();
  return [join(folder, 'log'), join(folder, 'go')];
};

describe('what a task reads and leaves', () => {
  test('goes by the store of files, however large, and is checked here', async () => {
    const { play, join: joined } = await open(server);
    await joined('one');
    const tasks = [
      { id: 'a', run: sh('head -c 9000000 /dev/urandom > "$TROUPE_ARTIFACTS/big"; echo from a') },
      {
        id: 'b',
        needs: ['a'],
        run: [...sh('sha256sum < "$1/big"; echo "$2"'), 'x'].concat(
          '{{results.a.artifacts}}',
          '{{results.a.output}}',
        ),
        verify: [{ run: 'true' }],
      },
    ];
    const { run, end } = await play(planOf(tasks, { coder: remote() }));
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(statSync(join(run.folder.artifacts, 'a', 'big')).size).toBe(9_000_000);
    const result = await resultOf(run, 'b');
    expect(result.output).toMatch(/^[0-9a-f]{64} .*\nfrom a\n$/);
    expect(result.evidence[0]?.facts).toMatchObject({ worker: 'one', exitCode: 0 });
    const kept = readFileSync(join(run.folder.path, String(result.output_file)), 'utf8');
    expect(kept).toBe(result.output);
  });

  test('may be more than the servers take in one message', async () => {
    const small = await one({ more: 'max_payload: 524288' });
    const { play, cwd, join: joined } = await open(small);
    await joined('one');
    // What goes with the order itself is longer than half a megabyte, there and back.
    const count = 150;
    const [nameOf, text] = [(at: number): string => `file-${at}`, 'y'.repeat(3_400)];
    for (let at = 0; at < count; at += 1) writeFileSync(join(cwd, nameOf(at)), text);
    const line = 'ls | wc -l; seq 1 150000; for f in *; do echo new >> $f; done';
    const tasks = [{ id: 'copy', workspace: 'copy' as const, run: sh(line) }];
    const { run, end } = await play(planOf(tasks, { coder: remote() }));
    expect(end).toMatchObject({ status: 'succeeded' });
    const place = join(run.folder.path, 'workspaces', 'copy');
    expect(readFileSync(join(place, nameOf(7)), 'utf8')).toBe(`${text}new\n`);
    const { output_file } = await resultOf(run, 'copy');
    const words = readFileSync(join(run.folder.path, String(output_file)), 'utf8');
    expect(words.split('\n').slice(0, 2)).toEqual([String(count), '1']);
    expect(words).toHaveLength(938_895 + `${count}\n`.length);
  });
});

describe('who does it', () => {
  test('roles go to workers that offer them and have their labels', async () => {
    const { play, join: joined } = await open(server);
    await joined('plain', { roles: { coder: 2 } });
    await joined('big', { roles: { '*': 1 }, labels: ['gpu', 'more'] });
    const agents = { coder: remote(), painter: command({ labels: ['gpu'] }) };
    const tasks = [
      { id: 'paint', agent: 'painter', run: sh('true') },
      { id: 'code', agent: 'coder', needs: ['paint'], run: sh('true') },
    ];
    const { run } = await play(planOf(tasks, agents));
    const whoDid = async (task: string) => (await resultOf(run, task)).evidence[0]?.facts.worker;
    expect(await whoDid('paint')).toBe('big');
    expect(['plain', 'big']).toContain(await whoDid('code'));
  });

  test('who offers another role gets nothing; the task waits for one that has it', async () => {
    const { begin, join: joined } = await open(server);
    const other = await joined('other', { roles: { writer: 4 }, labels: ['gpu'] });
    const plan = planOf([{ id: 'a', run: sh('true') }], { coder: remote({ labels: ['gpu'] }) });
    const { played, heard, run } = await begin(plan);
    await heard('task.started', 'a');
    await joined('bare', { roles: { coder: 1 } });
    await joined('right', { roles: { coder: 1 }, labels: ['gpu'] });
    expect((await played).end).toMatchObject({ status: 'succeeded' });
    expect((await resultOf(run, 'a')).evidence[0]?.facts.worker).toBe('right');
    await other.close();
  });

  test('this machine does what stays here, and what nobody else has a place for', async () => {
    const { play, join: joined } = await open(server);
    await joined('one', { roles: { other: 1 } });
    const agents = { stays: command({ where: 'local' }), any: command({}) };
    const tasks = ['stays', 'any'].map((agent) => ({ id: agent, agent, run: sh('true') }));
    const { run } = await play(planOf(tasks, agents));
    for (const id of ['stays', 'any']) {
      expect((await resultOf(run, id)).evidence[0]?.facts).not.toHaveProperty('worker');
    }
  });

  test('more tasks than places: each is done once, by whoever is free', async () => {
    const { play, join: joined } = await open(server);
    await joined('one', { roles: { coder: 2 } });
    await joined('two', { roles: { '*': 2 } });
    const [log] = aside();
    const tasks = Array.from({ length: 40 }, (_, at) => ({
      id: `t${at}`,
      run: sh(`echo $TROUPE_TASK >> ${log}`),
    }));
    const { run, end, facts } = await play(
      definePlan({ name: 'many', concurrency: 10, agents: { coder: remote() }, tasks }),
    );
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(linesIn(log).toSorted()).toEqual(tasks.map(({ id }) => id).toSorted());
    expect(facts.filter(({ type }) => type === 'task.retrying')).toEqual([]);
    const doers = await Promise.all(tasks.map(({ id }) => resultOf(run, id)));
    const names = new Set(doers.map(({ evidence }) => evidence[0]?.facts.worker));
    expect([...names].toSorted()).toEqual(['one', 'two']);
  });
});

/** The rights of deploy/nats-server.conf, on a server without its certificates. */
function rights(): string {
  const text = readFileSync('deploy/nats-server.conf', 'utf8');
  const from = text.slice(text.indexOf('authorization {'));
  return from.replace('$TROUPE_NATS_NODE', 'one').replace('$TROUPE_NATS_W1', 'two');
}

test('a worker with the rights of deploy/nats-server.conf works, under its own name', async () => {
  const own = await one({ more: rights() });
  const as = (user: string) => ({ servers: [own.url.replace('//', `//${user}@`)] });
  const { play, join: joined } = await open(own, { place: as('node:one') });
  const place = as('w1:two');
  await joined('w1', { place });
  const line = 'head -c 600000 /dev/zero > "$TROUPE_ARTIFACTS/big"; seq 1 200000';
  const tasks = [
    { id: 'a', run: sh(line) },
    { id: 'b', needs: ['a'], run: sh('wc -c < "$0/big"').concat('{{results.a.artifacts}}') },
  ];
  const { run, end } = await play(planOf(tasks, { coder: remote() }));
  expect(end).toMatchObject({ status: 'succeeded' });
  expect((await resultOf(run, 'b')).output.trim()).toBe('600000');
  await expect(joined('w2', { place })).rejects.toMatchObject({ code: 'worker.unregistered' });
});

describe('a worker that leaves', () => {
  test('gives back what it works on, and another one does it', async () => {
    const { begin, join: joined, news } = await open(server);
    const first = await joined('first', { roles: { coder: 1 } });
    const [log, go] = aside();
    const plan = planOf([{ id: 'a', run: patient(log, go) }], { coder: remote() });
    const { played, run, facts } = await begin(plan);
    await eventually('it has begun', () => linesIn(log).length === 1);
    await joined('second', { roles: { coder: 1 } });
    await first.close();
    await eventually('it has begun again', () => linesIn(log).length === 2);
    writeFileSync(go, '');
    expect((await played).end).toMatchObject({ status: 'succeeded' });
    expect(linesIn(log)).toEqual(['begin', 'begin', 'end']);
    expect((await resultOf(run, 'a')).evidence[0]?.facts.worker).toBe('second');
    expect(news).toContain('worker.left first');
    expect(typesOf(facts, 'a').filter((type) => type === 'task.retrying')).toHaveLength(1);
  });
});

describe('the servers', () => {
  test('may be killed and come back within the lease: nothing is done twice', async () => {
    const own = await one();
    const { begin, join: joined } = await open(own, { leaseMs: 60_000 });
    await joined('one');
    const [log, go] = aside();
    const plan = planOf([{ id: 'a', run: patient(log, go) }], { coder: remote() });
    const { played, facts } = await begin(plan);
    await eventually('it has begun', () => linesIn(log).length === 1);
    await own.kill();
    writeFileSync(go, '');
    await eventually('it has ended there', () => linesIn(log).length === 2);
    await own.start();
    expect((await played).end).toMatchObject({ status: 'succeeded' });
    expect(linesIn(log)).toEqual(['begin', 'end']);
    expect(typesOf(facts, 'a').filter((type) => type === 'task.started')).toHaveLength(1);
  });

  test('gone for longer than the lease end what is worked on; back again, it is done', async () => {
    const own = await one();
    const { begin, join: joined } = await open(own, { leaseMs: 2_000 });
    const lost: string[] = [];
    const onNews = ({ type }: WorkerNews): void => {
      if (type === 'worker.lost') lost.push(type);
    };
    await joined('one', { onNews });
    const [log, go] = aside();
    const plan = planOf([{ id: 'a', run: patient(log, go) }], { coder: remote({ retries: 0 }) });
    const { played } = await begin(plan);
    await eventually('it has begun', () => linesIn(log).length === 1);
    await own.kill();
    await eventually('the worker has given it up', () => lost.length === 1);
    await own.start();
    await eventually('it has begun again', () => linesIn(log).length === 2);
    writeFileSync(go, '');
    expect((await played).end).toMatchObject({ status: 'succeeded' });
    // The first one was ended before it was done: its word never came.
    expect(linesIn(log)).toEqual(['begin', 'begin', 'end']);
  });
});

/** Roles whose work is done by workers: who does it, and with which files there and back. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { command, definePlan, type PlanDocument } from '../../src/plan/define.ts';
import { eventually } from '../agents/processes.ts';
import { linesIn, resultOf, typesOf } from '../app/stage.ts';
import { tempFolders } from '../app/temp.ts';
import { halls } from './hall.ts';
import { wireTo } from './wire.ts';

const open = halls('workers');
const temp = tempFolders('workers-aside');

const remote = (more: object = {}) => command({ where: 'remote', ...more });
const planOf = (tasks: PlanDocument['tasks'], agents: PlanDocument['agents']) =>
  definePlan({ name: 'sample', agents, tasks });
const sh = (line: string) => ['sh', '-c', line];

describe('what a task reads and leaves', () => {
  test('artifacts and results of what it needs are there, and its own come back', async () => {
    const { play, join: joined } = await open();
    await joined('one');
    const tasks = [
      { id: 'a', run: sh('head -c 3000000 /dev/zero > "$TROUPE_ARTIFACTS/big"; echo from a') },
      {
        id: 'b',
        needs: ['a'],
        run: [
          'sh',
          '-c',
          'wc -c < "$1/big"; cat "$TROUPE_RESULTS/a.json" | wc -l; echo "$2"',
          'x',
        ].concat('{{results.a.artifacts}}', '{{results.a.output}}'),
      },
    ];
    const { run, end } = await play(planOf(tasks, { coder: remote() }));
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(statSync(join(run.folder.artifacts, 'a', 'big')).size).toBe(3_000_000);
    const result = await resultOf(run, 'b');
    expect(result.output).toMatch(/^\s*3000000\n\s*\d+\nfrom a\n$/);
    expect(result.evidence[0]?.facts).toMatchObject({ worker: 'one', exitCode: 0 });
    const kept = readFileSync(join(run.folder.path, String(result.output_file)), 'utf8');
    expect(kept).toBe(result.output);
  });

  test('a folder of its own comes back as it was left, and is checked here', async () => {
    const { play, cwd, join: joined } = await open();
    await joined('one');
    writeFileSync(join(cwd, 'gone.txt'), 'old');
    writeFileSync(join(cwd, 'kept.txt'), 'old');
    const line = 'rm gone.txt; mkdir -p deep/er; echo new > deep/er/new.txt; cp kept.txt run.sh';
    const [copy] = [{ id: 'copy', workspace: 'copy' as const }];
    const verify = [{ run: 'test ! -e gone.txt && test -x run.sh && test -f deep/er/new.txt' }];
    const tasks = [{ ...copy, run: sh(`${line}; chmod +x run.sh`), verify }];
    const { run, end } = await play(planOf(tasks, { coder: remote() }));
    expect(end).toMatchObject({ status: 'succeeded' });
    const place = join(run.folder.path, 'workspaces', 'copy');
    expect(readFileSync(join(place, 'kept.txt'), 'utf8')).toBe('old');
    expect(existsSync(join(cwd, 'deep'))).toBe(false);
  });

  test('a worktree is a repository there, and its changes are merged here', async () => {
    const { play, cwd, join: joined } = await open();
    await joined('one');
    const git = (...words: readonly string[]) =>
      execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@b.c', ...words], { cwd });
    git('init', '-q', '-b', 'main');
    writeFileSync(join(cwd, 'file.txt'), 'one\n');
    writeFileSync(join(cwd, '.gitignore'), 'ignored\n.troupe\n');
    git('add', '.');
    git('commit', '-qm', 'first');
    const line =
      'git log --format=%s | cat; git status --short; echo two >> file.txt; echo x > ignored';
    const tasks = [{ id: 'edit', workspace: 'worktree' as const, run: sh(line) }];
    const { run, end } = await play(planOf(tasks, { coder: remote() }));
    expect(end).toMatchObject({ status: 'succeeded' });
    expect(String(git('show', `troupe/${run.id}:file.txt`))).toBe('one\ntwo\n');
    expect(String(git('ls-tree', '--name-only', `troupe/${run.id}`))).toBe(
      '.gitignore\nfile.txt\n',
    );
    expect((await resultOf(run, 'edit')).output).not.toMatch(/fatal|\?\?/);
  });
});

describe('who does it', () => {
  test('roles go to workers that offer them and have their labels', async () => {
    const { play, join: joined } = await open();
    await joined('plain', { roles: { coder: 2 } });
    await joined('big', { roles: { '*': 1 }, labels: ['gpu'] });
    const agents = { coder: remote(), painter: command({ labels: ['gpu'] }), here: command({}) };
    const tasks = [
      { id: 'code', agent: 'coder', run: sh('true') },
      { id: 'paint', agent: 'painter', run: sh('true') },
    ];
    const { run } = await play(planOf(tasks, agents));
    const whoDid = async (task: string) => (await resultOf(run, task)).evidence[0]?.facts.worker;
    expect([await whoDid('code'), await whoDid('paint')]).toEqual(['plain', 'big']);
  });

  test('this machine does what stays here, and what nobody else has a place for', async () => {
    const { play, join: joined } = await open();
    await joined('one', { roles: { other: 1 } });
    const agents = { stays: command({ where: 'local' }), any: command({}) };
    const tasks = ['stays', 'any'].map((agent) => ({ id: agent, agent, run: sh('true') }));
    const { run } = await play(planOf(tasks, agents));
    for (const id of ['stays', 'any']) {
      expect((await resultOf(run, id)).evidence[0]?.facts).not.toHaveProperty('worker');
    }
  });

  test('a plan that needs workers is not begun where none can join', async () => {
    const { hub, troupe } = await open();
    hub.close();
    const plan = planOf([{ id: 'a', run: sh('true') }], { coder: remote() });
    await expect(troupe.run(plan)).rejects.toMatchObject({ code: 'worker.no-bus' });
  });

  test('a task waits for a worker, and begins when one joins', async () => {
    const { begin, join: joined } = await open();
    const { played, heard } = await begin(
      planOf([{ id: 'a', run: sh('true') }], { coder: remote() }),
    );
    await heard('task.started', 'a');
    await joined('late');
    expect((await played).end).toMatchObject({ status: 'succeeded' });
  });
});

describe('a cut', () => {
  /** In a folder that both see: what lies in the working one has another name there. */
  const aside = (): readonly [string, string] => {
    const folder = temp();
    return [join(folder, 'log'), join(folder, 'go')];
  };

  /** Says when it begins and ends, and takes until a file is there. */
  const patient = (log: string, go: string) =>
    sh(`echo begin >> ${log}; while [ ! -e ${go} ]; do sleep 0.05; done; echo end >> ${log}`);

  test('and healed within the lease costs nothing', async () => {
    const { begin, hub, join: joined } = await open({ leaseMs: 60_000 });
    const wire = await wireTo(hub.port);
    await joined('one', { url: wire.url });
    const [log, go] = aside();
    const plan = planOf([{ id: 'a', run: patient(log, go) }], { coder: remote() });
    const { played, facts } = await begin(plan);
    await eventually('it has begun', () => linesIn(log).length === 1);
    wire.hold();
    writeFileSync(go, '');
    await eventually('it has ended there', () => linesIn(log).length === 2);
    wire.heal();
    expect((await played).end).toMatchObject({ status: 'succeeded' });
    expect(typesOf(facts, 'a').filter((type) => type === 'task.started')).toHaveLength(1);
    expect(linesIn(log)).toEqual(['begin', 'end']);
  });

  test('for longer gives the task to others, once nobody does it there any more', async () => {
    const { begin, hub, join: joined, news } = await open({ leaseMs: 3_000 });
    const wire = await wireTo(hub.port);
    await joined('far', { url: wire.url });
    const [log, go] = aside();
    const plan = planOf([{ id: 'a', run: patient(log, go) }], { coder: remote() });
    const { played, run } = await begin(plan);
    await eventually('it has begun', () => linesIn(log).length === 1);
    wire.hold();
    await eventually('it is lost', () => news.includes('worker.lost far'));
    await joined('near');
    await eventually('it has begun again', () => linesIn(log).length === 2);
    writeFileSync(go, '');
    wire.heal();
    expect((await played).end).toMatchObject({ status: 'succeeded' });
    // What the first one would have said is not there: it was ended before.
    expect(linesIn(log)).toEqual(['begin', 'begin', 'end']);
    const { attempts, evidence } = await resultOf(run, 'a');
    expect([attempts, evidence[0]?.facts.worker]).toEqual([2, 'near']);
    await eventually('it is back', () => news.filter((line) => line.endsWith('far')).length === 3);
  });
});

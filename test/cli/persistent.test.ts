/** `troupe serve` as a service: what it has taken is done, once, though it is killed. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lockOwner } from '../../src/journal/lock.ts';
import { eventually } from '../agents/processes.ts';
import { Desk, jsonLines, type Process } from './troupe.ts';

const project = `agents:
  worker: { adapter: command, run: [sh, -c, 'sleep 0.2; cat'], workspace: folder }
inbox: { folder: in, concurrency: 3 }
outbox: out
`;

const serve = ['serve', '--port', '0', '--json'];
const names = (folder: string): readonly string[] =>
  existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];

async function started(desk: Desk): Promise<Process> {
  const process = desk.start(serve);
  await process.says(/"serve.opened"/);
  return process;
}

function killed(process: Process): Promise<unknown> {
  process.child.kill('SIGKILL');
  return process.end();
}

describe('a persistent house', () => {
  test('does each task once, though it is killed -9 again and again', async () => {
    const desk = new Desk();
    writeFileSync(desk.path('troupe.yaml'), project);
    mkdirSync(desk.path('in'));
    const ids = Array.from({ length: 12 }, (_, at) => `task-${at}`);
    for (const id of ids) {
      writeFileSync(desk.path('in', `${id}.json`), JSON.stringify({ id, prompt: id }));
    }
    const answered = (): number => names(desk.path('out')).length;
    for (const enough of [0, 1, 4, 7]) {
      const process = await started(desk);
      await eventually(`${enough} are answered`, () => answered() >= enough);
      await killed(process);
    }
    const last = await started(desk);
    await eventually('all are answered', () => answered() === ids.length);
    await eventually('all are finished', () => names(join(desk.home, 'serve/open')).length === 0);
    last.child.kill('SIGTERM');
    expect((await last.end()).code).toBe(0);

    const answers = ids.map((id) =>
      JSON.parse(readFileSync(desk.path('out', `${id}.json`), 'utf8')),
    );
    expect(answers.map(({ status, output }) => [status, output])).toEqual(
      ids.map((id) => ['completed', id]),
    );
    const runs = readdirSync(join(desk.home, 'runs'));
    expect(runs.sort()).toEqual(answers.map(({ run }) => run).sort());
    expect(names(desk.path('in'))).toEqual([]);
    expect(readdirSync(join(desk.home, 'serve/kept'))).toEqual([]);
  }, 120_000);

  test('goes on with its plans after a kill, but not with one that a person stopped', async () => {
    const desk = new Desk();
    writeFileSync(desk.path('troupe.yaml'), 'persistent: true\n');
    const plan = 'agents: { one: { adapter: simulated, work: 60s } }\ntasks: [{ id: only }]\n';
    writeFileSync(desk.path('plan.yaml'), plan);
    const process = await started(desk);
    const run = await begun(process);
    const stopped = await begun(process);
    await post(process, `runs/${stopped}/act`, { type: 'stop' });
    await killed(process);
    const again = await started(desk);
    const worker = (id: string) => lockOwner(join(desk.home, 'runs', id))?.pid ?? null;
    const kept = () => readdirSync(join(desk.home, 'serve/kept'));
    await eventually('it is gone on with', () => worker(run) === again.pid);
    expect(worker(stopped)).toBe(null);
    again.child.kill('SIGTERM');
    expect((await again.end()).code).toBe(0);
    expect([worker(run), kept()]).toEqual([null, [run]]);
  }, 60_000);
});

describe('troupe status', () => {
  test('says how the house is, when its schedules come, and that nobody serves', async () => {
    const desk = new Desk();
    const schedule = 'schedules: [{ name: nightly, cron: "0 3 * * *", zone: UTC, prompt: x }]\n';
    writeFileSync(desk.path('troupe.yaml'), `${project}${schedule}`);
    expect((await desk.type(['status'])).stderr).toContain('Nobody serves this home');
    const process = await started(desk);
    await eventually('it says', () => existsSync(join(desk.home, 'serve/status.json')));
    const { code, stdout } = await desk.type(['status']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Health \d+ of 100 .*process \d+/);
    expect(stdout).toMatch(/nightly +0 3 \* \* \* +\d{4}-\d\d-\d\d 03:00:00 +UTC/);
    const { pid, status } = JSON.parse((await desk.type(['status', '--json'])).stdout);
    expect([pid, status.pid, status.isPersistent]).toEqual([process.pid, process.pid, true]);
    const health = await ask(process, '/health');
    expect([health.status, await health.json()]).toMatchObject([200, { isPersistent: true }]);
    rmSync(desk.path('in'), { recursive: true });
    await eventually('it is told', () =>
      readFileSync(desk.path('.troupe/serve/status.json'), 'utf8').includes('ENOENT'),
    );
    expect((await desk.type(['status'])).stdout).toMatch(
      /-40 +inbox: ENOENT.*\n +mend that; it is tried again by itself\n/,
    );
    await killed(process);
    const after = await desk.type(['status', '--json']);
    expect([after.code, after.stdout]).toEqual([1, '{"pid":null,"answers":false,"status":null}\n']);
  }, 60_000);
});

function ask(process: Process, path: string): Promise<Response> {
  const [said] = jsonLines(process.stdout);
  const headers = { authorization: `Bearer ${said?.token}` };
  return fetch(`${new URL(String(said?.url)).origin}${path}`, { headers });
}

async function begun(process: Process): Promise<string> {
  const answer = await post(process, 'runs', { plan: 'plan.yaml' });
  return ((await answer.json()) as { run: string }).run;
}

async function post(process: Process, path: string, body: object): Promise<Response> {
  const [said] = jsonLines(process.stdout);
  const response = await fetch(`${new URL(String(said?.url)).origin}/api/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${said?.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return response;
}

test('an inbox without an outbox is refused', async () => {
  const desk = new Desk();
  const { code, stderr } = await desk.type(['serve', '--inbox', 'in']);
  expect(code).toBe(2);
  expect(stderr).toContain('nobody would see the answers');
});

/** `troupe attach` with a real tmux: panes are views, typing is telling, and nothing is left. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { createTroupe } from '../../src/app.ts';
import { Attendance } from '../../src/panes/attending.ts';
import { Session } from '../../src/panes/session.ts';
import { Tmux } from '../../src/panes/tmux.ts';
import { eventually } from '../agents/processes.ts';
import { Desk, type Process } from '../cli/troupe.ts';

const found = spawnSync('tmux', ['-V']).status === 0;
const missing = found ? '' : ' (skipped: tmux is not installed)';
const socket = `troupe-test-${process.pid}`;
const tmux = new Tmux({ environment: process.env, socket });
afterAll(() => spawnSync('tmux', ['-L', socket, 'kill-server']));

const plan = `name: talk
agents:
  coder:
    adapter: command
    run: [sh, -c, "cat; echo at work; until [ -e go ]; do sleep 0.05; done"]
    count: 2
tasks:
  - { id: one, agent: coder, prompt: "first words", retries: 3 }
  - { id: two, agent: coder, prompt: "other words" }
`;

/** Whoever is ready first has the first task. */
type Says = (agent: 'coder-1' | 'coder-2') => string;

async function begun(): Promise<{
  readonly desk: Desk;
  readonly troupe: Process;
  readonly says: Says;
}> {
  const desk = new Desk();
  writeFileSync(desk.path('plan.yaml'), plan);
  const troupe = desk.start(['run', 'plan.yaml', '--json']);
  await troupe.says(/"task.started","task":"two"/);
  const [, first] = await troupe.says(/"task.started","task":"one".*?"agent":"(coder-\d)"/);
  const says: Says = (agent) => (agent === first ? 'first words' : 'other words');
  return { desk, troupe, says };
}

function paneText(pane: string): string {
  return spawnSync('tmux', ['-L', socket, 'capture-pane', '-p', '-t', pane]).stdout.toString();
}

function panes(session: Session): readonly string[] {
  const words = ['-L', socket, 'list-panes', '-t', `=${session.name}:`, '-F', '#{pane_id}'];
  return spawnSync('tmux', words).stdout.toString().split('\n').filter(Boolean);
}

describe('one agent', () => {
  test('is shown as lines that go into a pipe, until the run is over', async () => {
    const { desk, troupe, says } = await begun();
    const view = desk.start(['attach', 'coder-1']);
    await view.says(new RegExp(`prompt +${says('coder-1')}[\\s\\S]*at work`));
    writeFileSync(desk.path('go'), '');
    const { code, stdout, stderr } = await view.end();
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('Nobody works') });
    expect(stdout).toContain('succeeded');
    expect((await troupe.end()).code).toBe(0);
  });

  test('that nobody knows is refused with a name like it', async () => {
    const { desk } = await begun();
    writeFileSync(desk.path('go'), '');
    const { code, stderr } = await desk.type(['attach', 'coder-3']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/"coder-[12]"/) });
  });

  test('is left without stopping anything', async () => {
    const { desk, troupe, says } = await begun();
    const view = desk.start(['attach', 'coder-2']);
    await view.says(new RegExp(says('coder-2')));
    view.child.kill('SIGINT');
    expect((await view.end()).code).toBe(0);
    writeFileSync(desk.path('go'), '');
    expect((await troupe.end()).code).toBe(0);
  });
});

describe('all agents', () => {
  test('need a terminal', async () => {
    const { desk } = await begun();
    writeFileSync(desk.path('go'), '');
    const { code, stderr } = await desk.type(['attach']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('a terminal') });
  });

  test('without tmux are refused with how to get it', async () => {
    const nowhere = new Tmux({ environment: { PATH: '/nowhere' }, socket });
    await expect(nowhere.do(['-V'])).rejects.toMatchObject({ code: 'tmux.missing' });
  });

  test.skipIf(!found)(`have a pane each; typing into it tells the agent${missing}`, async () => {
    const { desk, troupe, says } = await begun();
    const run = 'latest';
    const { home, folder: cwd } = desk;
    const attendance = new Attendance(createTroupe({ home, cwd }));
    const view = (id: string, agent: string) => [
      ...['env', `HOME=${cwd}`, process.execPath, desk.main],
      ...['attach', agent, '--run', id, '--home', home],
    ];
    const opened = await attendance.panes(run, { view, socket });
    expect(opened).toMatchObject({ agents: ['coder-1', 'coder-2'], left: 0 });
    const [first = '', second = ''] = panes(opened.session);
    await eventually(
      'both are shown',
      () => paneText(first).includes(says('coder-1')) && paneText(second).includes(says('coder-2')),
    );
    // As a person types: also what a shell or tmux would take for its own.
    const odd = `mind "this"; $(touch broken) \`x\` #{pane_id} 'é'`;
    spawnSync('tmux', ['-L', socket, 'send-keys', '-l', '-t', first, odd]);
    spawnSync('tmux', ['-L', socket, 'send-keys', '-t', first, 'Enter']);
    const { journal } = await createTroupe({ home, cwd }).folder(run);
    const said = JSON.stringify(odd).slice(1, -1);
    await eventually('it was told', () => readFileSync(journal, 'utf8').includes(said));
    writeFileSync(desk.path('go'), '');
    expect((await troupe.end()).code).toBe(0);
    await eventually('the panes are gone', () => panes(opened.session).length === 0);
  });

  test.skipIf(!found)(`of a run say how it ended once they are gone${missing}`, async () => {
    const desk = new Desk();
    writeFileSync(desk.path('plan.yaml'), plan);
    writeFileSync(desk.path('go'), '');
    const line = `"${process.execPath}" "${desk.main}" run plan.yaml --tmux 2> told.txt`;
    const words = ['-L', socket, 'new-session', '-d', '-x', '100', '-y', '30', '-c', desk.folder];
    expect(spawnSync('tmux', [...words, `sh -c '${line}'`]).status).toBe(0);
    const told = () =>
      existsSync(desk.path('told.txt')) ? readFileSync(desk.path('told.txt')) : '';
    await eventually('it says how it ended', () => /succeeded talk-\w+: 2 of 2/.test(`${told()}`));
    expect(`${told()}`).not.toContain('first words');
  });

  test.skipIf(!found)(`only what was opened is closed${missing}`, async () => {
    const own = ['-L', socket, 'new-session', '-d', '-s', 'mine', 'sleep', '600'];
    spawnSync('tmux', own);
    const views = [{ title: 'a.b:c', command: ['sleep', '600'] }];
    const session = await Session.open(tmux, { run: 'a.b:c', cwd: '/', views });
    expect(panes(session)).toHaveLength(1);
    const again = await Session.open(tmux, { run: 'a.b:c', cwd: '/', views });
    expect(panes(again)).toHaveLength(1);
    await session.close();
    expect(panes(session)).toEqual([]);
    const left = spawnSync('tmux', ['-L', socket, 'list-sessions', '-F', '#{session_name}']);
    expect(left.stdout.toString()).toContain('mine');
  });
});

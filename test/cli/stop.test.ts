/** However `troupe` is stopped, nothing of its agents is left, and the run can be resumed. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { eventually, isRunning, runningWith } from '../agents/processes.ts';
import { writeFiles } from '../app/temp.ts';
import { Desk, type Process } from './troupe.ts';

vi.setConfig({ testTimeout: 180_000 });

/** Says that it is up, and is then busy for longer than any test takes. */
const work = 'echo up >> up; for i in 1 2 3 4 5 6 7 8 9; do sleep 60; done';
const polite = `trap 'echo asked >> asked; exit 1' TERM; ${work}`;
const deaf = `trap '' TERM INT HUP; ${work}`;
/** A child of it leaves its group. */
const sly = `setsid sh -c '${work}' & ${work}`;

function teamOf(...agents: readonly string[]): string {
  const tasks = agents.map(
    (line, at) => `  - { id: t${at}, agent: a, run: [sh, -c, ${JSON.stringify(line)}] }`,
  );
  return `name: team\nagents:\n  a: { adapter: command }\ntasks:\n${tasks.join('\n')}\n`;
}

class Stage extends Desk {
  /** How often "up" is said once all are at work: by the stray of a sly one, too. */
  readonly #ups: number;

  constructor(...agents: readonly string[]) {
    super();
    const lines = agents.length > 0 ? agents : [polite, deaf, sly];
    this.#ups = lines.length + lines.filter((line) => line === sly).length;
    writeFiles(this.folder, { 'team.yaml': teamOf(...lines) });
  }

  /** A run whose agents are all at work, and its folder. */
  async begin(words: readonly string[] = ['run', 'team.yaml']) {
    const upBefore = this.#upSoFar();
    const troupe = this.start(words);
    const [, id = ''] = await troupe.says(/^(team-\w+): /m);
    const folder = this.path('.troupe/runs', id);
    await eventually('all are up', () => this.#upSoFar() >= upBefore + this.#ups);
    return { troupe, id, folder };
  }

  #upSoFar(): number {
    const path = this.path('up');
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
  }
}

/** The processes that agents of the run have started, wherever they have gone. */
const left = (folder: string): readonly number[] => runningWith(`TROUPE_RUN_FOLDER=${folder}`);

async function endStopped(troupe: Process, id: string, folder: string): Promise<void> {
  const { code, stdout, stderr } = await troupe.end();
  expect(left(folder)).toEqual([]);
  expect([code, stdout]).toEqual([3, '']);
  expect(stderr).toContain(`Go on with: troupe resume ${id}`);
}

describe.skipIf(process.platform === 'win32')('a run', () => {
  test.each([
    ['SIGINT', deaf],
    ['SIGTERM', work],
    ['SIGHUP', work],
  ] as const)('ends gently at %s', async (signal, third) => {
    const stage = new Stage(polite, sly, third);
    const { troupe, id, folder } = await stage.begin();
    expect(left(folder).length).toBeGreaterThan(3);
    troupe.child.kill(signal);
    await troupe.says(new RegExp(`Stopping \\(${signal}\\)`));
    await endStopped(troupe, id, folder);
    expect(readFileSync(stage.path('asked'), 'utf8')).toBe('asked\n');
  });

  test('ends at once when it is asked twice', async () => {
    const { troupe, id, folder } = await new Stage().begin();
    troupe.child.kill('SIGINT');
    await troupe.says(/Stopping/);
    // A real person is never as fast as an echo.
    await new Promise((resolve) => setTimeout(resolve, 300));
    troupe.child.kill('SIGINT');
    await troupe.says(/Ending everything now/);
    await endStopped(troupe, id, folder);
  });

  test('takes two signals of one moment for one, as npx sends them', async () => {
    const { troupe, id, folder } = await new Stage(work, work, deaf).begin();
    troupe.child.kill('SIGINT');
    troupe.child.kill('SIGINT');
    await endStopped(troupe, id, folder);
    expect(troupe.stderr).not.toContain('Ending everything now');
  });

  test('ends at once at SIGQUIT', async () => {
    const { troupe, id, folder } = await new Stage().begin();
    troupe.child.kill('SIGQUIT');
    await endStopped(troupe, id, folder);
  });

  test('that is killed leaves nobody behind', async () => {
    const { troupe, folder } = await new Stage(polite, work, deaf).begin();
    troupe.child.kill('SIGKILL');
    await troupe.end();
    await eventually('the guardian has ended them', () => left(folder).length === 0);
  });

  test('that is killed has a successor, which ends also whoever has left its group', async () => {
    const stage = new Stage();
    const { troupe, id, folder } = await stage.begin();
    const before = left(folder);
    troupe.child.kill('SIGKILL');
    await troupe.end();
    const next = await stage.begin(['resume', id]);
    for (const pid of before) expect(isRunning(pid)).toBe(false);
    next.troupe.child.kill('SIGTERM');
    await endStopped(next.troupe, id, folder);
  });

  test('that lives is not resumed by another process', async () => {
    const stage = new Stage(work, work, sly);
    const { troupe, id, folder } = await stage.begin();
    const { code, stderr } = await stage.type(['resume', id]);
    expect(code).toBe(2);
    expect(stderr).toContain(`in use by process ${troupe.pid}`);
    troupe.child.kill('SIGINT');
    await endStopped(troupe, id, folder);
  });
});

/** However `troupe` is stopped, nothing of its agents is left, and the run can be resumed. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { eventually, isRunning, runningWith } from '../agents/processes.ts';
import { writeFiles } from '../app/temp.ts';
import { Desk, type Process } from './troupe.ts';

vi.setConfig({ testTimeout: 180_000 });

/** An agent that is polite, one that can't be asked, and one whose child has left its group. */
const agents = `
name: team
agents:
  polite: { adapter: command, run: [sh, -c, "trap 'echo asked >> asked; exit 1' TERM; PARTS"] }
  deaf: { adapter: command, run: [sh, -c, "trap '' TERM INT HUP; PARTS"] }
  sly: { adapter: command, run: [sh, -c, "setsid sh -c 'PARTS' & PARTS"] }
tasks:
  - { id: one, agent: polite }
  - { id: two, agent: deaf }
  - { id: three, agent: sly }
  - { id: four, agent: polite, needs: [one, two, three] }
`.replaceAll('PARTS', 'echo up >> up; for i in 1 2 3 4 5 6 7 8 9; do sleep 60; done');

class Stage extends Desk {
  constructor() {
    super();
    writeFiles(this.folder, { 'team.yaml': agents });
  }

  /** A run whose agents are all at work, and its folder. */
  async begin(words: readonly string[] = ['run', 'team.yaml']) {
    const troupe = this.start(words);
    const [, id = ''] = await troupe.says(/^(team-\w+): /m);
    const folder = this.path('.troupe/runs', id);
    await eventually('all are up', () => this.#linesOf('up') >= 4);
    return { troupe, id, folder };
  }

  #linesOf(name: string): number {
    return existsSync(this.path(name))
      ? readFileSync(this.path(name), 'utf8').split('\n').length - 1
      : 0;
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
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('ends gently at %s', async (signal) => {
    const stage = new Stage();
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
    const { troupe, id, folder } = await new Stage().begin();
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
    const { troupe, folder } = await new Stage().begin();
    troupe.child.kill('SIGKILL');
    await troupe.end();
    // The guardian ends groups; one that has left its group is ended by whoever resumes the run.
    const inGroups = (): readonly number[] => left(folder).filter((pid) => !isSly(pid));
    await eventually('the groups are gone', () => inGroups().length === 0);
  });

  test('that is killed has a successor that ends whoever is left', async () => {
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
    const stage = new Stage();
    const { troupe, id, folder } = await stage.begin();
    const { code, stderr } = await stage.type(['resume', id]);
    expect(code).toBe(2);
    expect(stderr).toContain(`in use by process ${troupe.pid}`);
    troupe.child.kill('SIGINT');
    await endStopped(troupe, id, folder);
  });
});

/** Whether a process leads a session of its own, as `setsid` makes it, or belongs to one. */
function isSly(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [, , group = '', session = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (
      group === session &&
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('sh\0-c\0echo up')
    );
  } catch {
    return false;
  }
}

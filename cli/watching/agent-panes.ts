/** Shows the agents of a run side by side, in panes of tmux that are views of them. */
import { resolve } from 'node:path';
import { Attendance, sleep, systemClock, type Troupe, UserError } from '../../src/index.ts';
import { err, out } from '../terminal/render.ts';
import type { Beside } from './watch.ts';

/** Resolves when the person left the panes, or the run is over. */
export async function showPanes(attendance: Attendance, run: string, home: string): Promise<void> {
  if (!out.isTerminal) throw noTerminal();
  const program = [process.execPath, resolve(process.argv[1] ?? '')];
  const view = (id: string, agent: string) => [
    ...[...program, 'attach', agent, '--run', id, '--home', home],
  ];
  const { session, left } = await attendance.panes(run, { view });
  if (left > 0) err.note(`${left} more agents have no pane: troupe attach AGENT shows one.\n`);
  try {
    await session.show();
  } finally {
    await session.close();
  }
}

/** Refuses before a run is begun what could not be shown. */
export async function panesBeside(troupe: Troupe): Promise<Beside> {
  if (!out.isTerminal) throw noTerminal();
  const attendance = new Attendance(troupe);
  await attendance.requireTmux();
  return async (run) => {
    while (run.state === 'alive' && run.view().agents.length === 0) await sleep(systemClock, 50);
    if (run.view().agents.length === 0) return;
    // Without panes the run goes on all the same.
    const tell = ({ message }: Error): void => err.note(`There are no panes: ${message}\n`);
    await showPanes(attendance, run.id, troupe.config.home).catch(tell);
  };
}

function noTerminal(): UserError {
  const hint = 'name an agent, whose words are then printed: troupe attach coder-1';
  return new UserError('attach.no-terminal', 'panes need a terminal', hint);
}

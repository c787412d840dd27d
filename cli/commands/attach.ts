/** `troupe attach`: shows agents at work, one here or all in the panes of tmux. */
import type { Command } from 'commander';
import { Attendance } from '../../src/index.ts';
import { exits } from '../exits.ts';
import { addHome, type HomeOption, openTroupe } from '../options.ts';
import { type Act, addExamples } from '../verb.ts';
import { showPanes } from '../watching/agent-panes.ts';
import { viewAgent } from '../watching/agent-view.ts';

interface Options extends HomeOption {
  readonly run: string;
}

export function define(command: Command, act: Act): void {
  command
    .argument('[agent]', 'only this one, in this terminal and without tmux')
    .option('--run <run>', 'its name, the beginning of it, or latest', 'latest');
  addHome(command).action(act(attach));
  addExamples(command, ['troupe attach', 'troupe attach coder-1', 'troupe attach --run level-6']);
}

async function attach(agent: string | undefined, options: Options) {
  const troupe = openTroupe(options);
  const attendance = new Attendance(troupe);
  const { run } = await attendance.agentsOf(options.run);
  if (agent !== undefined) {
    await viewAgent(troupe, run, agent);
    return exits.succeeded;
  }
  await showPanes(attendance, run, troupe.config.home);
  return exits.succeeded;
}

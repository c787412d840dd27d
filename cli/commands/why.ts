/** `troupe why`: says what a task waits for, and which event would move it. */
import type { Command } from 'commander';
import { exits } from '../exits.ts';
import { addHome, addJson, type HomeOption, type JsonOption, openTroupe } from '../options.ts';
import { out } from '../terminal/render.ts';
import { plainLine } from '../terminal/text.ts';
import { type Act, addExamples } from '../verb.ts';

export function define(command: Command, act: Act): void {
  command
    .argument('<run>', 'its name, the beginning of it, or latest')
    .argument('<task>', 'the name of the task in the plan');
  addJson(command, 'print one object: task, state, why, event, waitsFor');
  addHome(command).action(act(why));
  addExamples(command, ['troupe why latest report', 'troupe why latest report --json']);
}

async function why(run: string, task: string, options: HomeOption & JsonOption) {
  const explanation = await openTroupe(options).why(run, task);
  if (options.json) await out.json(explanation);
  else await out.write(`${plainLine(explanation.why)}\n`);
  return exits.succeeded;
}

/** `troupe deny`: says no to a task that asks whether it may begin, or to its agent at work. */
import type { Command } from 'commander';
import { answer } from '../answer.ts';
import { addHome, type HomeOption } from '../options.ts';
import { type Act, addExamples } from '../verb.ts';

interface DenyOptions extends HomeOption {
  readonly question?: string;
}

export function define(command: Command, act: Act): void {
  command
    .argument('<run>', 'its name, the beginning of it, or latest')
    .argument('<task>', 'the name of the task that asks')
    .option('--question <id>', 'which question of its agent; the oldest when left out');
  addHome(command).action(act(deny));
  addExamples(command, ['troupe deny latest deploy', 'troupe deny latest build --question 3.1']);
}

function deny(run: string, task: string, options: DenyOptions) {
  return answer(run, task, 'deny', options);
}

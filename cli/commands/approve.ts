/** `troupe approve`: says yes to a task that asks whether it may begin, or to its agent at work. */
import type { Command } from 'commander';
import { answer } from '../answer.ts';
import { addHome, type HomeOption } from '../options.ts';
import { type Act, addExamples } from '../verb.ts';

interface ApproveOptions extends HomeOption {
  readonly reject?: true;
  readonly question?: string;
}

export function define(command: Command, act: Act): void {
  command
    .argument('<run>', 'its name, the beginning of it, or latest')
    .argument('<task>', 'the name of the task that asks')
    .option('--question <id>', 'which question of its agent; the oldest when left out')
    .option('--reject', 'say no, as troupe deny does');
  addHome(command).action(act(approve));
  addExamples(command, ['troupe approve latest deploy', 'troupe approve latest deploy --reject']);
}

function approve(run: string, task: string, { reject, ...options }: ApproveOptions) {
  return answer(run, task, reject ? 'deny' : 'allow', options);
}

/** `troupe send`: says something to an agent, which its next attempt hears. */
import type { Command } from 'commander';
import { exits } from '../exits.ts';
import { addHome, type HomeOption, openTroupe } from '../options.ts';
import { err } from '../terminal/render.ts';
import { type Act, addExamples } from '../verb.ts';

export function define(command: Command, act: Act): void {
  command
    .argument('<run>', 'its name, the beginning of it, or latest')
    .argument('<agent>', 'the name of the agent; troupe ps RUN lists them')
    .argument('<text...>', 'what to say');
  addHome(command).action(act(send));
  addExamples(command, ['troupe send latest coder-1 "Leave the tests as they are."']);
}

async function send(run: string, agent: string, words: readonly string[], options: HomeOption) {
  const troupe = openTroupe(options);
  const text = words.join(' ');
  await troupe.ask(run, { type: 'agent.tell', agent, text, from: troupe.config.user });
  err.note(`${agent} was told; its next attempt hears it.\n`);
  return exits.succeeded;
}

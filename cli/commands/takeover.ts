/** `troupe takeover`: stops a task's agent, and says how a person goes on with its session. */
import { existsSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { parseDuration, shellLine, type TakenOver, takeOver } from '../../src/index.ts';
import { exits } from '../exits.ts';
import { addHome, addJson, type HomeOption, type JsonOption, openTroupe } from '../options.ts';
import { err, out } from '../terminal/render.ts';
import { plainLine } from '../terminal/text.ts';
import { type Act, addExamples } from '../verb.ts';

interface TakeoverOptions extends HomeOption, JsonOption {
  readonly within?: number;
}

export function define(command: Command, act: Act): void {
  command
    .argument('<run>', 'its name, the beginning of it, or latest')
    .argument('<task>', 'the name of the task')
    .option('--within <time>', 'agents go on by themselves after it (default: 24h)', readTime);
  addJson(command, 'print one object: run, task, by, folder, command, untilMs');
  addHome(command).action(act(takeover));
  addExamples(command, [
    'troupe takeover latest build',
    'troupe takeover latest build --within 2h',
  ]);
}

function readTime(given: string): number {
  const timeMs = parseDuration(given);
  if (timeMs === null || timeMs < 1_000 || timeMs > 30 * 24 * 60 * 60_000) {
    throw new InvalidArgumentError('Write it as 2h, 90m or 1d; 30d at most.');
  }
  return timeMs;
}

async function takeover(run: string, task: string, { within, ...options }: TakeoverOptions) {
  const taken = await takeOver(openTroupe(options), run, task, { withinMs: within });
  if (options.json) await out.json(taken);
  else await out.write(described(taken));
  return exits.succeeded;
}

function described({ run, task, folder, command, untilMs }: TakenOver): string {
  const until = untilMs === null ? '' : `, until ${new Date(untilMs).toISOString().slice(0, 16)}Z`;
  err.note(`${plainLine(`You have ${task}${until}; no agent works on it.`)}\n`);
  if (!existsSync(folder)) {
    const when = `Its folder is made once somebody works on the run: troupe resume ${run}`;
    err.note(`${plainLine(when)}\n`);
  }
  const back = `troupe handback ${run} ${task} --note "What is done, and what comes next."`;
  return `${shellLine(folder, command)}\n${back}\n`;
}

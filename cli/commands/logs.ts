/** `troupe logs`: tells what happened in a run, or to one task with what its programs said. */
import type { Command } from 'commander';
import {
  type RunFact,
  sleep,
  suggest,
  systemClock,
  type Troupe,
  UserError,
} from '../../src/index.ts';
import { exits } from '../exits.ts';
import { addHome, addJson, type HomeOption, type JsonOption, openTroupe } from '../options.ts';
import { out } from '../terminal/render.ts';
import { paletteFor } from '../terminal/style.ts';
import { type Act, addExamples } from '../verb.ts';
import { type Chronicle, JsonChronicle, LineChronicle } from '../watching/chronicle.ts';
import { SpeechTail } from '../watching/speech.ts';
import { StreamTail } from '../watching/streams.ts';

interface LogsOptions extends HomeOption, JsonOption {
  readonly follow?: true;
  readonly raw?: true;
}

/** How often the files of a task that is worked on are looked at. */
const pauseMs = 200;

export function define(command: Command, act: Act): void {
  command
    .argument('<run>', 'its name, the beginning of it, or latest')
    .argument('[task]', 'only what happened to this task, and what its programs said')
    .option('-f, --follow', 'go on as long as somebody works on the run')
    .option('--raw', 'what programs said letter by letter, also where that is a protocol');
  addJson(command, 'print each fact, and what programs said, as lines of JSON');
  addHome(command).action(act(logs));
  addExamples(command, [
    'troupe logs latest',
    'troupe logs latest build --follow',
    'troupe logs latest --json',
  ]);
}

async function logs(name: string, task: string | undefined, options: LogsOptions) {
  const troupe = openTroupe(options);
  const { id, path } = await troupe.folder(name);
  const chronicle = options.json
    ? new JsonChronicle(out)
    : new LineChronicle(out, paletteFor(out, troupe.config.environment));
  const facts = troupe.facts(id, { follow: options.follow === true });
  if (task === undefined) {
    for await (const fact of facts) await chronicle.tell(fact);
  } else {
    await refuseUnknown(troupe, id, task);
    await tellTask(ofTask(facts, task), options.raw ? StreamTail : SpeechTail, path, chronicle);
  }
  return exits.succeeded;
}

async function refuseUnknown(troupe: Troupe, id: string, task: string): Promise<void> {
  const known = (await troupe.plan(id)).tasks.map((each) => each.id);
  if (known.includes(task)) return;
  // Only the run itself knows those that were added to it.
  const grown = (await troupe.look(id)).view.tasks.map((each) => each.id);
  if (grown.includes(task)) return;
  const message = `no task of ${id} is called "${task}"; ${suggest(task, grown)}`;
  throw new UserError('task.unknown', message, `see its tasks: troupe ps ${id}`);
}

async function* ofTask(facts: AsyncIterable<RunFact>, task: string): AsyncGenerator<RunFact> {
  for await (const fact of facts) if ('task' in fact && fact.task === task) yield fact;
}

/** The words of an attempt come before the fact that tells of its end. */
async function tellTask(
  facts: AsyncGenerator<RunFact>,
  Tail: typeof StreamTail | typeof SpeechTail,
  folder: string,
  chronicle: Chronicle,
): Promise<void> {
  let tail: StreamTail | SpeechTail | null = null;
  let of: 'work' | 'work and checks' = 'work';
  const quote = async (): Promise<void> => {
    for await (const words of tail?.fresh(of) ?? []) await chronicle.quote(words);
  };
  for await (const fact of withPauses(facts)) {
    await quote();
    if (fact === 'pause') continue;
    await chronicle.tell(fact);
    of = fact.type === 'task.verifying' ? 'work and checks' : 'work';
    if (fact.type === 'task.started' && fact.token !== null) {
      tail = new Tail(folder, fact.task, fact.token);
    }
  }
  of = 'work and checks';
  await quote();
}

/** While nothing happens, programs may still talk. */
async function* withPauses(facts: AsyncGenerator<RunFact>): AsyncGenerator<RunFact | 'pause'> {
  for (let next = facts.next(); ; ) {
    const pause = sleep(systemClock, pauseMs).then(() => 'pause' as const);
    const step = await Promise.race([next, pause]);
    if (step === 'pause') {
      yield step;
      continue;
    }
    if (step.done) return;
    yield step.value;
    next = facts.next();
  }
}

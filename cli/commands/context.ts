/** `troupe context`: what the agents of a run tell each other, and a person tells them. */
import { type Command, InvalidArgumentError } from 'commander';
import { changesIn, entryOf, type SharedEntry, UserError } from '../../src/index.ts';
import { exits } from '../exits.ts';
import {
  addHome,
  addJson,
  type HomeOption,
  type JsonOption,
  openTroupe,
  readWhole,
} from '../options.ts';
import { err, out } from '../terminal/render.ts';
import { paletteFor, table } from '../terminal/style.ts';
import { plainLine, plainText } from '../terminal/text.ts';
import { type Act, addExamples } from '../verb.ts';
import { JsonChronicle, LineChronicle } from '../watching/chronicle.ts';

type Options = HomeOption & JsonOption;
const runWords = 'its name, the beginning of it, or latest';

export function define(command: Command, act: Act): void {
  const show = command.command('show').description('print what is shared, or one of it');
  show.argument('<run>', runWords).argument('[key]', 'the whole value of this one');
  addHome(addJson(show, 'print one object')).action(act(showShared));
  const set = command.command('set').description('tell all agents something, from now on');
  set.argument('<run>', runWords).argument('<key>', 'what it is called');
  set.argument('[value]', 'left out with --remove').option('--remove', 'take it away');
  set.option('--if-version <n>', 'only when it has this version; 0: is not there', readVersion);
  addHome(set).action(act(setShared));
  const history = command.command('history').description('print who set what, and when');
  history.argument('<run>', runWords).argument('[key]', 'only of this one');
  addHome(addJson(history, 'print one object a line')).action(act(tellHistory));
  addExamples(command, [
    'troupe context show latest',
    'troupe context set latest api.port 8080',
    'troupe context set latest api.port 8081 --if-version 3',
    'troupe context history latest api.port --json',
  ]);
}

async function showShared(run: string, key: string | undefined, options: Options) {
  const context = await openTroupe(options).context(run);
  if (key !== undefined) {
    const entry = entryOf(context, key);
    if (options.json) await out.json({ key, ...entry });
    else await out.write(`${plainText(entry.value)}\n`);
    return exits.succeeded;
  }
  const entries = Object.entries(context.entries).sort(([one], [other]) => (one < other ? -1 : 1));
  if (options.json) await out.json(context);
  else if (entries.length === 0)
    err.note('Nothing is shared yet. See: troupe context set --help\n');
  else await out.write(table(entries.map(rowOf), out.columns));
  return exits.succeeded;
}

function rowOf([key, { value, version, by }]: readonly [string, SharedEntry]): readonly string[] {
  return [key, `v${version}`, plainLine(by), plainLine(value)];
}

interface SetOptions extends HomeOption {
  readonly remove?: true;
  readonly ifVersion?: number;
}

async function setShared(run: string, key: string, given: string | undefined, options: SetOptions) {
  if ((given === undefined) !== (options.remove === true)) {
    const hint = 'write: troupe context set RUN KEY VALUE';
    throw new UserError('context.unclear', 'Give a value, or --remove', hint);
  }
  const troupe = openTroupe(options);
  const { ifVersion = null } = options;
  const value = given ?? null;
  await troupe.ask(run, { type: 'context.set', key, value, ifVersion, by: troupe.config.user });
  err.note(value === null ? `Took away ${key}.\n` : `Set ${key}.\n`);
  return exits.succeeded;
}

async function tellHistory(run: string, key: string | undefined, options: Options) {
  const troupe = openTroupe(options);
  const chronicle = options.json
    ? new JsonChronicle(out)
    : new LineChronicle(out, paletteFor(out, troupe.config.environment));
  for await (const fact of changesIn(troupe.facts(run), key)) await chronicle.tell(fact);
  return exits.succeeded;
}

function readVersion(given: string): number {
  const version = readWhole(given);
  if (version < 0) throw new InvalidArgumentError('It must be 0 or more.');
  return version;
}

/** What could come next on a command line: the answer that the shells' scripts ask for. */
import { readdir } from 'node:fs/promises';
import type { Command, Option } from 'commander';
import { type Exit, exits } from './exits.ts';
import { buildProgram } from './program.ts';
import { out } from './terminal/render.ts';

const planEnding = /\.(ya?ml|json)$/;

/** The words up to the cursor; the last one may have just begun. */
export async function complete(words: readonly string[]): Promise<Exit> {
  const current = words.at(-1) ?? '';
  const candidates = await candidatesFor(words.slice(0, -1), current);
  const fitting = candidates.filter((candidate) => candidate.startsWith(current));
  await out.write(fitting.map((candidate) => `${candidate}\n`).join(''));
  return exits.succeeded;
}

async function candidatesFor(before: readonly string[], current: string) {
  const program = await buildProgram(before, () => async () => {});
  const [name, ...given] = before;
  if (name === undefined || (name === 'help' && given.length === 0)) {
    return [...program.commands.map((command) => command.name()), 'help'];
  }
  const command = program.commands.find((each) => each.name() === name);
  return command ? candidatesIn(command, given, current) : [];
}

/** A command of several, `troupe runs prune`, is gone into first. */
async function candidatesIn(
  command: Command,
  given: readonly string[],
  current: string,
): Promise<readonly string[]> {
  const [inner, ...rest] = given;
  if (command.commands.length > 0) {
    const chosen = command.commands.find((each) => each.name() === inner);
    if (chosen) return candidatesIn(chosen, rest, current);
    return inner === undefined ? command.commands.map((each) => each.name()) : [];
  }
  const last = given.at(-1) ?? '';
  const asking = optionOf(command, last);
  if (asking?.required) return valuesOf(asking, given, current);
  if (current.startsWith('-')) return longNames(command);
  return argumentsOf(command, given, current);
}

const optionOf = (command: Command, word: string): Option | undefined =>
  command.options.find(({ short, long }) => word === short || word === long);

const longNames = (command: Command): readonly string[] => [
  ...command.options.flatMap(({ long }) => (long ? [long] : [])),
  '--help',
];

async function valuesOf(option: Option, given: readonly string[], current: string) {
  switch (option.long) {
    case '--home':
      return filesFor(current, 'folders');
    case '--input':
      return inputsOf(given);
    case '--before':
      return askLibrary(given, async (troupe) => {
        const { tasks } = await troupe.plan(given[0] ?? '');
        return tasks.map(({ id }) => id);
      });
    case '--from':
      return runNames(given);
    case '--faults':
      return ['none', 'all', ...(await import('../src/index.ts')).faultNames];
    default:
      return [];
  }
}

/** By the name of the argument that stands where the cursor is. */
async function argumentsOf(command: Command, given: readonly string[], current: string) {
  const values = given.filter((word, at) => {
    const isValue = optionOf(command, given[at - 1] ?? '')?.required === true;
    return !word.startsWith('-') && !isValue;
  });
  const argument = command.registeredArguments[values.length];
  switch (argument?.name()) {
    case 'plan':
    case 'file':
      return filesFor(current, 'plans');
    case 'run':
      return runNames(given);
    case 'task':
      return askLibrary(given, async (troupe) => {
        const { tasks } = await troupe.plan(values[0] ?? '');
        return tasks.map(({ id }) => id);
      });
    case 'agent':
      return askLibrary(given, async (troupe) => {
        const { view } = await troupe.look(values[0] ?? '');
        return view.agents.map(({ id }) => id);
      });
    default:
      return argument?.argChoices ?? [];
  }
}

const runNames = async (given: readonly string[]): Promise<readonly string[]> => [
  ...(await askLibrary(given, (troupe) => troupe.names())),
  'latest',
];

type Ask = (troupe: import('../src/index.ts').Troupe) => Promise<readonly string[]>;

/** Loaded only when a run is asked about: everything else must be there at once. */
async function askLibrary(given: readonly string[], ask: Ask): Promise<readonly string[]> {
  const { openTroupe } = await import('./options.ts');
  const home = given[given.indexOf('--home') + 1];
  const options = given.includes('--home') && home !== undefined ? { home } : {};
  return ask(openTroupe(options)).catch(() => []);
}

/** `topic=` for each input of the plan that is named before. */
async function inputsOf(given: readonly string[]): Promise<readonly string[]> {
  const { loadPlan } = await import('../src/index.ts');
  const file = given.find((word) => planEnding.test(word));
  if (file === undefined) return [];
  const { inputs } = await loadPlan(file).catch(() => ({ inputs: [] }));
  return inputs.map(({ name }) => `${name}=`);
}

/** Folders end with a slash, so that a shell goes on inside. */
async function filesFor(current: string, of: 'plans' | 'folders'): Promise<readonly string[]> {
  const begin = current.slice(0, current.lastIndexOf('/') + 1);
  const wantsHidden = current.slice(begin.length).startsWith('.');
  const entries = await readdir(begin || '.', { withFileTypes: true }).catch(() => []);
  return entries.flatMap((entry) => {
    if (entry.name.startsWith('.') && !wantsHidden) return [];
    if (entry.isDirectory()) return [`${begin}${entry.name}/`];
    return of === 'plans' && planEnding.test(entry.name) ? [`${begin}${entry.name}`] : [];
  });
}

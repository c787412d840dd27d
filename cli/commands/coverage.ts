/** `troupe coverage`: shows which states and transitions never happened in past runs. */
import type { Command } from 'commander';
import { type MachineCoverage, type PastCoverage, UserError } from '../../src/index.ts';
import { type Exit, exits } from '../exits.ts';
import { addHome, addJson, type HomeOption, type JsonOption, openTroupe } from '../options.ts';
import { err, out } from '../terminal/render.ts';
import { type Palette, paletteFor, plural, table } from '../terminal/style.ts';
import { type Act, addExamples } from '../verb.ts';

interface CoverageOptions extends HomeOption, JsonOption {
  readonly mermaid?: true;
  readonly machine?: string;
  readonly all?: true;
}

export function define(command: Command, act: Act): void {
  command
    .argument('[runs...]', 'names, the beginnings of them, or latest (default: all of the home)')
    .option('--machine <name>', 'only this one: orchestrator, supervisor, task, agent')
    .option('--all', 'also what did happen, and how often')
    .option('--mermaid', 'print the diagrams instead: what never happened is marked');
  addJson(command, 'print one object: runs, steps, machines with states and transitions');
  addHome(command).action(act(coverage));
  addExamples(command, [
    'troupe coverage',
    'troupe coverage latest --machine task --all',
    'troupe coverage --machine task --mermaid > task.mmd',
  ]);
}

async function coverage(runs: readonly string[], options: CoverageOptions): Promise<Exit> {
  const troupe = openTroupe(options);
  const desk = await troupe.machines();
  const past = await desk.coverage(runs);
  for (const { run, why } of past.left) err.note(`${run} is left out: ${why}\n`);
  const machines = chosen(past, options.machine);
  if (options.json) await out.json({ ...past, machines });
  else if (options.mermaid) await out.write(machines.map(({ mermaid }) => `${mermaid}\n`).join(''));
  else {
    const palette = paletteFor(out, troupe.config.environment);
    for (const machine of machines) await out.write(reportOf(machine, options, palette));
    err.note(`${plural(past.runs.length, 'run')}, ${plural(past.steps, 'step')}.\n`);
  }
  return exits.succeeded;
}

function chosen({ machines }: PastCoverage, name: string | undefined) {
  if (name === undefined) return machines;
  const found = machines.filter(({ machine }) => machine === name);
  if (found.length > 0) return found;
  const hint = `there are: ${machines.map(({ machine }) => machine).join(', ')}`;
  throw new UserError('machine.unknown', `no machine of a run is called "${name}"`, hint);
}

function reportOf(coverage: MachineCoverage, { all }: CoverageOptions, palette: Palette): string {
  const { machine, states, transitions } = coverage;
  const seen = `${share(states)} states, ${share(transitions)} transitions`;
  const head = `${palette.bold(machine)}: ${seen}`;
  const rows = [
    ...states.map(({ state, count }) => ({ count, cells: [state, 'entered', ''] })),
    ...transitions.map(({ from, trigger, guard, to, count }) => {
      const condition = guard ? ` [${guard}]` : '';
      const way = `${trigger}${condition}`;
      return { count, cells: [from || 'in every state', way, to ? `-> ${to}` : 'stays'] };
    }),
  ].filter(({ count }) => all || count === 0);
  if (rows.length === 0) return `${head}\n`;
  const cells = rows.map(({ count, cells: [from = '', way = '', to = ''] }) => {
    return ['', count > 0 ? String(count) : palette.red('never'), from, way, to];
  });
  return `${head}\n${table([['', 'TIMES', 'STATE', 'EVENT', 'TO'], ...cells], out.columns)}\n`;
}

/** `12 of 14`. */
function share(counted: readonly { readonly count: number }[]): string {
  return `${counted.filter(({ count }) => count > 0).length} of ${counted.length}`;
}

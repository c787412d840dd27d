/** `troupe export`: draws a machine, or writes it in a format that other tools read. */
import { writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { type MachineFormat, machineFormats } from '../../src/index.ts';
import { type Exit, exits } from '../exits.ts';
import { addHome, type HomeOption, openTroupe } from '../options.ts';
import { err, out } from '../terminal/render.ts';
import { type Act, addExamples } from '../verb.ts';

interface ExportOptions extends HomeOption {
  readonly format: MachineFormat;
  readonly machine?: string;
  readonly out?: string;
}

export function define(command: Command, act: Act): void {
  command
    .argument('<what>', 'a machine (task, agent, ...), a file of machines, or a run')
    .addOption(
      new Option('--format <format>', 'what to write')
        .choices([...machineFormats])
        .default('mermaid' satisfies MachineFormat),
    )
    .option('--machine <name>', 'which one, of a file or a run (default of a run: task)')
    .option('--out <file>', 'write it to this file (default: to stdout)');
  addHome(command).action(act(exportOne));
  addExamples(command, [
    'troupe export task --format svg --out task.svg',
    'troupe export my.machine.ts --format stately-json',
    'troupe export latest --machine agent',
    'troupe export orchestrator --format scxml',
  ]);
}

async function exportOne(what: string, options: ExportOptions): Promise<Exit> {
  const { format, machine = null, out: file } = options;
  const text = await openTroupe(options).export({ what, format, machine });
  if (file === undefined) await out.write(text);
  else {
    writeFileSync(file, text);
    err.note(`Written to ${file}.\n`);
  }
  return exits.succeeded;
}

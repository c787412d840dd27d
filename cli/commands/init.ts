/** `troupe init`: writes a small plan that works, to begin with. */
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { UserError } from '../../src/index.ts';
import { exits } from '../exits.ts';
import { addHome, commandLine, type HomeOption } from '../options.ts';
import { err } from '../render.ts';
import { samplePlan } from '../sample.ts';
import { type Act, addExamples } from '../verb.ts';

interface InitOptions extends HomeOption {
  readonly force?: true;
}

export function define(command: Command, act: Act): void {
  command
    .argument('[file]', 'where to write it', 'plan.yaml')
    .option('--force', 'write over a file that is there');
  addHome(command).action(act(init));
  addExamples(command, ['troupe init', 'troupe init plans/release.yaml', 'troupe init --force']);
}

async function init(file: string, options: InitOptions) {
  try {
    const text = samplePlan.replaceAll('FILE', file);
    await writeFile(file, text, { flag: options.force ? 'w' : 'wx' });
  } catch (error) {
    throw refusal(file, error as NodeJS.ErrnoException);
  }
  err.note(`Wrote ${file}. Try it: ${commandLine(['run', file], options)}\n`);
  return exits.succeeded;
}

function refusal(file: string, { code, message }: NodeJS.ErrnoException): UserError {
  if (code === 'EEXIST') {
    const hint = 'choose another name, or write over it with --force';
    return new UserError('plan.exists', `${file} is there already`, hint);
  }
  const hint = code === 'ENOENT' ? 'make its folder first' : 'choose another place';
  return new UserError('plan.unwritable', `${file} can't be written: ${message}`, hint);
}

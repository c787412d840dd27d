/** `troupe init`: writes a plan that works, small or for the folder one stands in. */
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { beginPlan, systemClock, UserError } from '../../src/index.ts';
import { exits } from '../exits.ts';
import { addHome, commandLine, type HomeOption, openTroupe } from '../options.ts';
import { samplePlan } from '../sample.ts';
import { err } from '../terminal/render.ts';
import { type Act, addExamples } from '../verb.ts';

interface InitOptions extends HomeOption {
  readonly force?: true;
  readonly template?: string;
}

export function define(command: Command, act: Act): void {
  command
    .argument('[file]', 'where to write it', 'plan.yaml')
    .option('--template <kind>', 'for this folder: webapp, library, research or review')
    .option('--force', 'write over a file that is there');
  addHome(command).action(act(init));
  addExamples(command, [
    'troupe init',
    'troupe init --template webapp',
    'troupe init plans/review.yaml --template review',
    'troupe init --force',
  ]);
}

async function init(file: string, options: InitOptions) {
  const { text, input } = await planFor(options);
  try {
    await writeFile(file, text.replaceAll('FILE', file), { flag: options.force ? 'w' : 'wx' });
  } catch (error) {
    throw refusal(file, error as NodeJS.ErrnoException);
  }
  const words = ['run', file, ...(input === null ? [] : ['--input', input])];
  const run = commandLine(words, options);
  if (options.template === undefined) err.note(`Wrote ${file}. Try it: ${run}\n`);
  else
    err.note(`Wrote ${file}. Prove it: ${commandLine(['verify', file], options)}\nThen: ${run}\n`);
  return exits.succeeded;
}

interface Made {
  readonly text: string;
  /** What the plan must be told; null: nothing. */
  readonly input: string | null;
}

async function planFor({ template, home }: InitOptions): Promise<Made> {
  if (template === undefined) return { text: samplePlan, input: null };
  return beginPlan(template, openTroupe(home === undefined ? {} : { home }).config, systemClock);
}

function refusal(file: string, { code, message }: NodeJS.ErrnoException): UserError {
  if (code === 'EEXIST') {
    const hint = 'choose another name, or write over it with --force';
    return new UserError('plan.exists', `${file} is there already`, hint);
  }
  const hint = code === 'ENOENT' ? 'make its folder first' : 'choose another place';
  return new UserError('plan.unwritable', `${file} can't be written: ${message}`, hint);
}

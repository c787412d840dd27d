/** The options that commands share, and what they lead to. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { createTroupe, quoteWords, type Setting, type Troupe } from '../src/index.ts';

export interface HomeOption {
  readonly home?: string;
}

export interface JsonOption {
  readonly json?: true;
}

export function addHome(command: Command): Command {
  return command.option('--home <folder>', 'where runs are kept (default: TROUPE_HOME or .troupe)');
}

export function addJson(command: Command, what: string): Command {
  return command.option('--json', what);
}

/** How progress is told, for programs that collect what other programs say. */
export function logOption(): Option {
  const option = new Option('--log <format>', 'tell progress on stderr as lines of JSON');
  return option.choices(['json']);
}

export function openTroupe({ home }: HomeOption): Troupe {
  return createTroupe(home === undefined ? {} : { home });
}

/** A command that a person can copy, with the same home. */
export function commandLine(words: readonly string[], { home }: HomeOption): string {
  const all = ['troupe', ...words, ...(home === undefined ? [] : ['--home', home])];
  return quoteWords(all);
}

/** `--input name=value`, again and again; the value may hold any sign, also `=`. */
export function collectInput(
  given: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const at = given.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Write it as name=value.');
  return { ...before, [given.slice(0, at)]: given.slice(at + 1) };
}

/** `--set key=value`, again and again: a change of a plan, in its own words. */
export function collectSetting(given: string, before: readonly Setting[] = []): readonly Setting[] {
  const at = given.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Write it as tasks.TASK.FIELD=value.');
  return [...before, { key: given.slice(0, at), text: given.slice(at + 1) }];
}

export function readSpeed(given: string): number {
  const speed = Number(given);
  if (!(speed > 0) || !Number.isFinite(speed)) {
    throw new InvalidArgumentError('It must be a number above 0.');
  }
  return speed;
}

export function readWhole(given: string): number {
  const number = Number(given);
  if (given.trim() === '' || !Number.isSafeInteger(number)) {
    throw new InvalidArgumentError('It must be a whole number.');
  }
  return number;
}

export function readUsd(given: string): number {
  const usd = Number(given);
  if (given.trim() === '' || !(usd >= 0) || !Number.isFinite(usd)) {
    throw new InvalidArgumentError('It must be a number of dollars, 0 or more.');
  }
  return usd;
}

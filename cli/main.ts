#!/usr/bin/env node
/** The command line: reads what was typed, lets one command do it, and ends the process. */
import { CommanderError } from 'commander';
import { readAbout } from './about.ts';
import { type Exit, exits } from './exits.ts';
import { inTodaysWords } from './former-words.ts';
import { buildProgram, withoutLostHelp } from './program.ts';
import { err, out, ReaderGone } from './terminal/render.ts';
import { headline, tell } from './trouble.ts';
import type { Act } from './verb.ts';

/** Answers how the process ends; everything heavy is loaded by the command that needs it. */
async function obey(typed: readonly string[]): Promise<Exit> {
  const words = withoutLostHelp(inTodaysWords(typed));
  const [first = ''] = words;
  if (first === '--version' || first === '-V') {
    await out.write(`${readAbout().version}\n`);
    return exits.succeeded;
  }
  if (first === '__complete') return (await import('./complete.ts')).complete(words.slice(1));
  let exit: Exit = exits.succeeded;
  const act: Act =
    (body) =>
    async (...args) => {
      exit = await body(...args);
    };
  const program = await buildProgram(words, act);
  await program.parseAsync(words, { from: 'user' });
  return exit;
}

async function excuse(error: unknown): Promise<Exit> {
  // `troupe logs | head` has read what it wanted.
  if (error instanceof ReaderGone) return exits.succeeded;
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? exits.succeeded : exits.mistaken;
  }
  try {
    return tell(error, await import('../src/index.ts'));
  } catch {
    // An installation that is not whole: even what tells of errors can't be loaded.
    err.note(headline(error instanceof Error ? error.message : String(error)));
    return exits.failed;
  }
}

async function end(exit: Exit): Promise<never> {
  await Promise.all([out.flush(), err.flush()]);
  process.exit(exit);
}

process.on('uncaughtException', (error) => void excuse(error).then(end));
await obey(process.argv.slice(2)).catch(excuse).then(end);

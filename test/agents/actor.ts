/** A program that pretends to be a real agent: it prints what it is told, and notes what it saw. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CliAgentOptions } from '../../src/agents/command-line/cli-agent.ts';
import { dialects } from '../../src/agents/command-line/dialects.ts';
import { guardian, run } from './attempt.ts';
import { settings } from './told.ts';

export interface Stage {
  readonly bin: string;
  /** What the program was called with, the last time. */
  readonly seen: () => Seen;
  readonly options: (given?: Partial<CliAgentOptions>) => CliAgentOptions;
}

export interface Seen {
  readonly argv: readonly string[];
  readonly stdin: string;
  readonly env: Readonly<Record<string, string>>;
}

/** `script` is a body of Node code with `print(text)`, `argv` and `stdin` at hand. */
export function stageActor(
  runFolder: string,
  name: keyof typeof dialects,
  script: string,
  version = '99.0.0',
): Stage {
  const bin = join(runFolder, `bin-${Math.random().toString(36).slice(2)}`);
  mkdirSync(bin, { recursive: true });
  const notes = join(bin, 'seen.json');
  const program = join(bin, dialects[name].program);
  writeFileSync(program, programText(notes, script, version));
  chmodSync(program, 0o755);
  return {
    bin,
    seen: () => JSON.parse(readFileSync(notes, 'utf8')) as Seen,
    options: (given = {}) => ({
      dialect: dialects[name],
      settings,
      env: {},
      startWithinMs: 60_000,
      silenceMs: 60_000,
      environment: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
      guardian,
      runFolder,
      runId: run,
      graceMs: 50,
      ...given,
    }),
  };
}

const programText = (
  notes: string,
  script: string,
  version: string,
): string => `#!${process.execPath}
const fs = require('node:fs');
const argv = process.argv.slice(2);
if (argv[0] === '--version') {
  console.log('${version} (an actor)');
} else {
  const stdin = fs.readFileSync(0, 'utf8');
  fs.writeFileSync(${JSON.stringify(notes)}, JSON.stringify({ argv, stdin, env: process.env }));
  const print = (text) => fs.writeSync(1, text);
  ${script}
}
`;

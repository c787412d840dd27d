/** Asks a person at the terminal, who answers with yes or anything else. */
import { createInterface } from 'node:readline/promises';
import { err } from './terminal/render.ts';

/** Null when nobody is there to be asked. */
export async function ask(question: string): Promise<'yes' | 'no' | null> {
  if (process.stdin.isTTY !== true || !err.isTerminal) return null;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await lines.question(`${question} [y/N] `);
    return /^y(es)?$/i.test(answer.trim()) ? 'yes' : 'no';
  } finally {
    lines.close();
  }
}

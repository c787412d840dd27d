/** Inputs and folders for the tests of journals. */
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { address } from '../../machines/ids.ts';
import type { FileJournal } from '../../src/journal/file.ts';
import type { LoggedInput } from '../../src/kernel/log.ts';

/** Goes when the test has finished, unless the caller keeps it and removes it. */
export function makeFolder({ keep = false } = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-journal-'));
  if (!keep) onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The folder of a journal as it would be had its writer been killed right now. */
export function killed(folder: string): string {
  const copy = makeFolder();
  for (const name of readdirSync(folder).filter((each) => !each.startsWith('lock'))) {
    copyFileSync(join(folder, name), join(copy, name));
  }
  return copy;
}

export function event(n: number, text = `word ${n}`): LoggedInput {
  const said = { type: 'agent.tell', text, from: 'test' };
  const input = { kind: 'event', to: address('agent/a'), event: said } as const;
  return { n, at: 1_000 + n, input, performed: Math.max(0, n - 2) };
}

export const events = (count: number): LoggedInput[] =>
  Array.from({ length: count }, (_, at) => event(at + 1));

/** Every one of them by a flush of its own. */
export async function writeEach(journal: FileJournal, inputs: Iterable<LoggedInput>) {
  for (const input of inputs) {
    journal.append(input);
    await journal.flush();
  }
}

export async function numbersOf(journal: FileJournal): Promise<number[]> {
  return [...(await journal.history())].map(({ n }) => n);
}

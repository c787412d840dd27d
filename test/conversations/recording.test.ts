/** A conversation is written down line by line: whole, bounded, without keys, in its order. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { noOutput, noUsage, type Outcome } from '../../machines/outcome.ts';
import type { Entry, Heading } from '../../src/conversations/entry.ts';
import { hiderOf } from '../../src/conversations/privacy.ts';
import { readEnding, readEntries, readHeading } from '../../src/conversations/reading.ts';
import {
  conversationMaxCharacters,
  Recording,
  streamMaxCharacters,
  textMaxCharacters,
} from '../../src/conversations/recording.ts';
import { eventually } from '../agents/processes.ts';
import { tempFolders } from '../app/temp.ts';
import { ManualClock } from '../kernel/manual-clock.ts';

const temp = tempFolders('recording');
const heading: Heading = {
  ...{ type: 'conversation.begun', v: 1, at: 1, run: 'r-1', task: 'build', role: 'coder' },
  ...{ agent: 'coder-1', attempt: 1, token: 7, adapter: 'claude', cwd: temp(), continues: null },
};
const well: Outcome = {
  ...{ kind: 'succeeded', durationMs: 5, output: noOutput, usage: noUsage, evidence: [] },
  session: { id: 'session-1', counted: noUsage },
};

/** Later each time somebody looks. */
class TickingClock extends ManualClock {
  override now(): number {
    this.set(super.now() + 1);
    return super.now();
  }
}

function begin(environment: Record<string, string> = {}, patterns: readonly string[] = []) {
  const runFolder = temp();
  const clock = new TickingClock(1);
  const recording = new Recording({
    ...{ runFolder, heading, prompt: 'Do it.', hide: hiderOf([environment], patterns) },
    clock,
    streams: { stdout: 'streams/build/7.out.txt', stderr: 'streams/build/7.err.txt' },
  });
  const path = join(runFolder, 'conversations', '7.jsonl');
  const entries = async (): Promise<readonly Entry[]> => {
    recording.close();
    return all(readEntries(path));
  };
  return { recording, runFolder, path, entries, clock };
}

async function all(entries: AsyncIterable<Entry>): Promise<readonly Entry[]> {
  const found: Entry[] = [];
  for await (const entry of entries) found.push(entry);
  return found;
}

const typesOf = (entries: readonly Entry[]): readonly string[] => entries.map(({ type }) => type);
const textsOf = (entries: readonly Entry[]): string =>
  entries.map((entry) => ('text' in entry ? entry.text : '')).join('');

test('it holds who talks, what was asked, said and called, and how it ended', async () => {
  const { recording, path, entries } = begin();
  recording.hear({ type: 'session.opened', session: 'session-1', model: 'm' });
  recording.hear({ type: 'text.written', piece: 'part', text: 'I be' });
  recording.hear({ type: 'text.written', piece: 'part', text: 'gin.' });
  recording.hear({ type: 'tool.called', call: '1', tool: 'Bash', input: '{}' });
  recording.hear({ type: 'text.written', piece: 'whole', text: 'Done.' });
  recording.conclude(well);
  const told = await entries();
  expect(typesOf(told)).toEqual([
    ...['conversation.begun', 'prompt.given', 'session.opened', 'text.written'],
    ...['tool.called', 'text.written', 'conversation.ended'],
  ]);
  expect(textsOf(told)).toBe('Do it.I begin.Done.');
  expect(readHeading(path)).toEqual(heading);
  expect(readEnding(path)).toMatchObject({ session: 'session-1', texts: 2, calls: 1 });
});

test('of a torn file all whole lines are read, and it has no end', async () => {
  const { recording, path, entries } = begin();
  recording.hear({ type: 'text.written', piece: 'whole', text: 'A word.' });
  recording.conclude(well);
  const whole = await entries();
  const bytes = readFileSync(path);
  for (let length = 0; length < bytes.length; length += 7) {
    writeFileSync(path, bytes.subarray(0, length));
    const read = await all(readEntries(path));
    expect(read).toEqual(whole.slice(0, read.length));
    expect(readEnding(path)).toBeNull();
  }
});

test('a long text is kept whole beside it, a stream only as far as it has a file', async () => {
  const { recording, runFolder, entries } = begin();
  const long = 'word '.repeat(textMaxCharacters);
  recording.hear({ type: 'text.written', piece: 'whole', text: long });
  for (let sent = 0; sent <= streamMaxCharacters; sent += 65_536) {
    recording.hear({ type: 'agent.said', stream: 'stdout', text: `${'x'.repeat(65_535)}\n` });
  }
  const told = await entries();
  const written = told.find(({ type }) => type === 'text.written') as Entry & {
    readonly text: string;
    readonly whole: { readonly full: string };
  };
  expect(written.text).toHaveLength(textMaxCharacters);
  expect(readFileSync(join(runFolder, written.whole.full), 'utf8')).toBe(long);
  const cut = { type: 'words.cut', what: 'stdout', rest: 'streams/build/7.out.txt' };
  expect(told.at(-1)).toMatchObject(cut);
});

test('one that never ends is given up, and its end is still told', async () => {
  const { recording, entries } = begin();
  const text = 'y'.repeat(8 * 1_048_576);
  for (let sent = 0; sent <= conversationMaxCharacters; sent += text.length) {
    recording.hear({ type: 'thought.told', text });
  }
  recording.hear({ type: 'thought.told', text: 'unheard' });
  recording.conclude(well);
  expect(typesOf(await entries()).slice(-2)).toEqual(['words.cut', 'conversation.ended']);
});

test.each([
  ['a variable of the agent', 'the key is hunter2-hunter2 here'],
  ['what looks like a key', 'sk-ant-REDACTED'.replace('REDACTED', 'abcdefgh12345678')],
  ['a pattern of a person', 'the code name is bluebird'],
])('%s is hidden, also where pieces share it', async (_, secret) => {
  const { recording, path, entries } = begin({ MY_API_KEY: 'hunter2-hunter2' }, ['bluebird']);
  for (const letter of `${secret}\n`) {
    recording.hear({ type: 'agent.said', stream: 'stderr', text: letter });
    recording.hear({ type: 'text.written', piece: 'part', text: letter });
  }
  recording.hear({ type: 'tool.called', call: '1', tool: 'Bash', input: `{"a":"${secret}"}` });
  await entries();
  const kept = readFileSync(path, 'utf8');
  expect(kept).not.toMatch(/hunter2|abcdefgh|bluebird/);
  expect(kept.match(/\[redacted\]/g)).toHaveLength(3);
});

test('a disk that keeps nothing does not end the attempt', async () => {
  const { recording, runFolder } = begin();
  writeFileSync(join(runFolder, 'in-the-way'), '');
  const blocked = new Recording({
    ...{ runFolder: join(runFolder, 'in-the-way'), heading, prompt: '', clock: new ManualClock() },
    ...{ hide: (value) => value, streams: { stdout: '', stderr: '' } },
  });
  blocked.hear({ type: 'thought.told', text: 'z'.repeat(textMaxCharacters + 1) });
  blocked.conclude(well);
  expect(() => blocked.close()).not.toThrow();
  recording.close();
});

test('whole lines of a program are told while it goes on, the rest when it says more', async () => {
  const { recording, path, clock, entries } = begin();
  recording.hear({ type: 'agent.said', stream: 'stdout', text: 'first line\nhalf a' });
  while (clock.ringNext(clock.now() + 1_000));
  const written = () => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  await eventually('it is written', () => written().includes('first line'));
  expect(readFileSync(path, 'utf8')).not.toContain('half');
  recording.hear({ type: 'agent.said', stream: 'stdout', text: ' line\n' });
  recording.conclude(well);
  const said = (await entries()).filter(({ type }) => type === 'agent.said');
  expect(said).toMatchObject([{ text: 'first line\n' }, { text: 'half a line\n' }]);
});

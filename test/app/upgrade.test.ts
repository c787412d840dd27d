/** A run that an older version began: stopped gently, this version goes on with it. */
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeRecord, encodeRecord } from '../../src/journal/record.ts';
import { eventually } from '../agents/processes.ts';
import { commands, linesIn, resultOf, type Stage, stages } from './stage.ts';

const stage = stages('upgrade');

const plan = commands([
  { id: 'first', run: 'echo first >> log' },
  {
    id: 'second',
    needs: ['first'],
    run: 'echo second >> log; until test -e go; do sleep 0.02; done',
  },
  { id: 'third', needs: ['second'], run: 'echo third >> log' },
]);

/** Stopped in the middle of its second task, and made to look as if version 0.0.1 had begun it. */
async function begunEarlier(it: Stage, stop: 'gently' | 'kill -9'): Promise<string> {
  const watched = await it.begin(plan);
  await watched.heard('task.started', 'second');
  const log = join(it.cwd, 'log');
  await eventually('it works', () => linesIn(log).includes('second'));
  const { journal, path } = watched.run.folder;
  const snapshot = join(path, 'snapshot.json');
  await watched.run.stop();
  expect(existsSync(snapshot)).toBe(true);
  if (stop === 'kill -9') copyFileSync(journal, snapshot);
  const [header = '', ...rest] = readFileSync(journal, 'utf8').split('\n');
  const { c: _, ...record } = decodeRecord(Buffer.from(header)) as Record<string, unknown>;
  const about = record.about as { machines: object };
  const machines = Object.fromEntries(Object.keys(about.machines).map((name) => [name, '0']));
  const older = { ...record, about: { ...about, version: '0.0.1', machines } };
  const line = encodeRecord(older);
  expect(line).toHaveLength(header.length + 1);
  writeFileSync(journal, line + rest.join('\n'));
  writeFileSync(join(it.cwd, 'go'), '');
  return watched.run.id;
}

test('goes on from the state that was left behind, and everything is done once', async () => {
  const it = stage();
  const id = await begunEarlier(it, 'gently');
  expect((await it.troupe.look(id)).view.counts.succeeded).toBe(1);
  const { end, run } = await (await it.resume(id)).played;
  expect(end).toMatchObject({ kind: 'ended', status: 'succeeded' });
  expect(linesIn(join(it.cwd, 'log'))).toEqual(['first', 'second', 'second', 'third']);
  expect((await resultOf(run, 'second')).attempts).toBe(2);
  const facts: string[] = [];
  for await (const { type } of it.troupe.facts(id)) facts.push(type);
  expect(facts).toContain('run.succeeded');
  expect(facts).not.toContain('run.started');
});

test('killed, it is refused with the command that finishes it', async () => {
  const it = stage();
  const id = await begunEarlier(it, 'kill -9');
  const journal = readFileSync(join(it.home, 'runs', id, 'journal.jsonl'));
  await expect(it.troupe.resume(id)).rejects.toMatchObject({
    code: 'machine.changed',
    message: expect.stringContaining('in version "0", and this is version'),
    hint: expect.stringContaining(`npx troupe@0.0.1 resume ${id}`),
  });
  await expect(it.troupe.fork(id)).rejects.toMatchObject({
    code: 'machine.changed',
    hint: expect.stringContaining('npx troupe@0.0.1'),
  });
  expect(readFileSync(join(it.home, 'runs', id, 'journal.jsonl'))).toEqual(journal);
});

/** A house that was killed between any two steps of a task: each time it is done, and done once. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/intake/entry.ts';
import { Ledger } from '../../src/intake/ledger.ts';
import { hashOf } from '../../src/intake/task-file.ts';
import { type Place, places } from './house.ts';

const { place, open } = places('windows');
const asked = { id: 'once', prompt: 'x', priority: 0, agent: 'worker' };
const file = JSON.stringify({ id: 'once', prompt: 'x' });

const entry: Entry = {
  key: 'once',
  from: { kind: 'inbox', hash: hashOf(asked) },
  work: { kind: 'task', asked },
  priority: 0,
  takenAt: 1,
  run: 'once-abcde',
};

/** A home in which the task was done whole, to be taken back step by step. */
async function whole(): Promise<Place> {
  const here = place();
  new Ledger(here.home).add(entry);
  const serving = await open(here);
  await here.answer('once');
  await here.until('it is finished', () => here.names('.troupe/serve/open').length === 0);
  await serving.close();
  return here;
}

async function isDoneOnce(here: Place): Promise<void> {
  await open(here);
  await here.until('it is answered', () => here.statusOf('once') === 'completed');
  await here.until('it is finished', () => !here.names('.troupe/serve/open').includes('once.json'));
  await here.until('the inbox is empty', () => here.names('in').join() === '.keep');
  expect(here.runs()).toEqual(['once-abcde']);
  expect(here.names('.troupe/serve/done')).toEqual(['once.json']);
}

describe('killed after', () => {
  test('the entry was written, and before its file was gone', async () => {
    const here = place();
    new Ledger(here.home).add(entry);
    here.drop('once.json', file);
    await isDoneOnce(here);
  });

  test('the folder of its run was made, and before its order was in it', async () => {
    const here = place();
    new Ledger(here.home).add(entry);
    mkdirSync(here.path('.troupe/runs/once-abcde/results'), { recursive: true });
    await isDoneOnce(here);
  });

  test('its order was written, and before its journal had a line', async () => {
    const here = await whole();
    rmSync(here.path('out/once.json'));
    rmSync(here.path('.troupe/serve/done/once.json'));
    const run = here.path('.troupe/runs/once-abcde');
    for (const name of readdirSync(run)) {
      if (name !== 'order.json') rmSync(join(run, name), { recursive: true });
    }
    new Ledger(here.home).add(entry);
    await isDoneOnce(here);
  });

  test('its result was written, and before its answer', async () => {
    const here = await whole();
    rmSync(here.path('out/once.json'));
    rmSync(here.path('.troupe/serve/done/once.json'));
    new Ledger(here.home).add(entry);
    await isDoneOnce(here);
  });

  test('its answer was out, and before that was noted', async () => {
    const here = await whole();
    rmSync(here.path('.troupe/serve/done/once.json'));
    new Ledger(here.home).add(entry);
    await isDoneOnce(here);
  });

  test('it was noted as done, and before it was taken from what is open', async () => {
    const here = await whole();
    const done = readFileSync(here.path('.troupe/serve/done/once.json'), 'utf8');
    writeFileSync(here.path('.troupe/serve/open/once.json'), JSON.stringify(entry));
    expect(new Ledger(here.home).size).toBe(0);
    await isDoneOnce(here);
    expect(readFileSync(here.path('.troupe/serve/done/once.json'), 'utf8')).toBe(done);
  });
});

test('what a person has spoiled is put aside, and the rest goes on', async () => {
  const here = place();
  new Ledger(here.home).add(entry);
  writeFileSync(here.path('.troupe/serve/open/torn.json'), '{ "key": "to');
  writeFileSync(here.path('.troupe/serve/open/bare.json'), '{}');
  await isDoneOnce(here);
  expect(existsSync(here.path('.troupe/serve/open/torn.json.unreadable'))).toBe(true);
  expect(existsSync(here.path('.troupe/serve/open/bare.json.unreadable'))).toBe(true);
});

test('one whose run can not be read is in the way of no other, and is told', async () => {
  const here = place();
  new Ledger(here.home).add(entry);
  mkdirSync(here.path('.troupe/runs/once-abcde'), { recursive: true });
  writeFileSync(here.path('.troupe/runs/once-abcde/order.json'), '{');
  const serving = await open(here);
  here.drop('other.json', { id: 'other', prompt: 'x' });
  expect((await here.answer('other')).status).toBe('completed');
  const told = () => serving.house.status().reasons.map(({ what }) => what);
  await here.until('it is told', () => told().some((what) => what.startsWith('work: ')));
});

test('the answer to the same words is known also when its run was removed', async () => {
  const here = await whole();
  rmSync(here.path('out/once.json'));
  const { run } = JSON.parse(readFileSync(here.path('.troupe/serve/done/once.json'), 'utf8')).entry;
  rmSync(here.path('.troupe/runs', run), { recursive: true });
  await open(here);
  here.drop('again.json', file);
  expect((await here.answer('once')).status).toBe('completed');
});

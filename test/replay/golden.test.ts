/** Journals of every released format lead today's machines to where they led those of their day. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FileJournal, readHistory } from '../../src/journal/file.ts';
import { hashOf } from '../../src/kernel/persist.ts';
import { System } from '../../src/kernel/system.ts';
import { refuseOthers, versionsOf } from '../../src/kernel/versions.ts';
import { makeFolder } from '../journal/inputs.ts';
import { actorsOf, type Expectation, expectationOf, machines, replayed } from './expectation.ts';
import { layOut, record, write } from './recorder.ts';

const here = import.meta.dirname;
/** `v2`: record the run anew, into a folder of that name. */
const wanted = process.env.TROUPE_RECORD;
if (wanted) await write(join(here, wanted), await record());

const goldens = readdirSync(here).filter((name) => /^v\d+$/.test(name));
const versionsIn = (golden: string): unknown =>
  (readHistory(join(here, golden)).header.about as { machines: unknown }).machines;

const advice = (golden: string): string => `test/replay/${golden} no longer replays as it was lived:
a run that an earlier version began would go another way, after its agents have already acted.
If that was not meant, undo it. If a machine changed on purpose:
1. keep test/replay/${golden} as it is: it stands for the journals that people have;
2. bump the \`version\` of the machine that changed: then its old journals are refused by name;
3. record the run anew: TROUPE_RECORD=v${goldens.length + 1} npx vitest run test/replay`;

describe.each(goldens)('the golden journal %s', (golden) => {
  const folder = join(here, golden);
  const inputs = () => readHistory(folder).inputs;
  const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expectation;
  const current = JSON.stringify(versionsIn(golden)) === JSON.stringify(versionsOf(machines));

  test.runIf(current)('replays to the facts and states of its day', () => {
    expect(expectationOf(inputs()), advice(golden)).toEqual(expected);
  });

  test.runIf(current)('goes on from its stored system to the same end', async () => {
    const copy = makeFolder();
    layOut(folder, copy);
    const journal = await FileJournal.open(copy);
    const { stored, inputs: tail } = await journal.load();
    expect(stored?.n).toBeGreaterThan(1);
    const { core, facts } = replayed(tail, stored);
    await journal.close();
    expect(actorsOf(core), advice(golden)).toEqual(expected.actors);
    expect(facts.length).toBeLessThan(expected.facts.length);
    expect(core.counters).toEqual(replayed(inputs()).core.counters);
  });

  test.runIf(!current)('is refused, because a machine has another version now', () => {
    const { about } = readHistory(folder).header;
    expect(() => refuseOthers(machines, about)).toThrow(/begun by machine .* in version/);
  });

  test('meets everything that a run can meet', () => {
    const told = expected.facts.map((fact) => fact.split(' ')[2]);
    for (const type of mustMeet) expect(told).toContain(type);
    const waits = expected.facts.filter((fact) => fact.includes(' task.retrying '));
    expect(waits.length).toBeGreaterThan(4);
  });
});

const mustMeet = [
  ...['run.started', 'wave.started', 'run.draining', 'run.failed'],
  ...['task.asked', 'task.verifying', 'task.retrying', 'task.parked'],
  ...['task.succeeded', 'task.failed', 'task.skipped'],
  ...['agent.spawned', 'agent.told', 'agent.crashed', 'agent.restarting', 'agent.stopped'],
];

test('there is a golden journal of the machines as they are', () => {
  expect(goldens.map(versionsIn), advice('vN')).toContainEqual(versionsOf(machines));
});

test('a run recorded now is replayed to where it was lived', async () => {
  const { inputs, stored, hash, expectation } = await record();
  expect(hashOf(replayed(inputs).core)).toBe(hash);
  expect(hashOf(replayed(inputs.slice(stored.n), stored).core)).toBe(hash);
  const folder = makeFolder();
  await write(join(folder, 'golden'), { inputs, stored, hash, expectation });
  layOut(join(folder, 'golden'), folder);
  const log = await FileJournal.open(folder);
  const system = await System.restore({ log, machines });
  expect(system.hash()).toBe(hash);
  await system.close();
});

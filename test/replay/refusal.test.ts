/** What machines of another kind or version began is refused by name, and left as it is. */
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createMachine } from 'xstate';
import { openSystem } from '../../src/host.ts';
import { readHistory } from '../../src/journal/reading.ts';
import { killed, makeFolder } from '../journal/inputs.ts';

interface Shape {
  readonly id?: string;
  readonly version?: string;
  readonly second?: string;
}

/** A lamp that goes through two states; the name of the second one may change. */
const lamp = ({ id = 'lamp', version, second = 'on' }: Shape) =>
  createMachine({
    id,
    ...(version === undefined ? {} : { version }),
    initial: 'off',
    states: { off: { on: { press: second } }, [second]: { on: { press: 'off' } } },
  });

/** A folder in which a lamp was pressed, by a system that was killed, or stopped gently. */
async function pressed(
  shape: Shape,
  { stored = 'not', stop = 'killed' }: { stored?: 'not' | 'before the end'; stop?: string },
): Promise<string> {
  const original = makeFolder();
  const machine = lamp(shape);
  const system = await openSystem({ folder: original, machines: [machine] });
  const ref = system.spawn(machine, { id: 'a' });
  if (stored === 'before the end') await system.store();
  await ref.send({ type: 'press' });
  const folder = stop === 'killed' ? killed(original) : original;
  await system.close();
  return folder;
}

async function valueNow(folder: string, shape: Shape): Promise<unknown> {
  const machine = lamp(shape);
  const system = await openSystem({ folder, machines: [machine] });
  const value = system.ref(machine, 'a').snapshot()?.value;
  await system.close();
  return value;
}

const deaths = [{ stored: 'not' }, { stored: 'before the end' }] as const;

describe.each(deaths)('killed, and begun by another machine, %o', (how) => {
  test('the same version goes on', async () => {
    expect(await valueNow(await pressed({ version: '1' }, how), { version: '1' })).toBe('on');
    expect(await valueNow(await pressed({}, how), {})).toBe('on');
  });

  test.each<[string, Shape, Shape, string]>([
    [
      'a later version',
      { version: '1' },
      { version: '2' },
      'in version "1", and this is version "2"',
    ],
    ['an earlier version', { version: '2' }, { version: '1' }, 'in version "2", and this is'],
    [
      'a version that was dropped',
      { version: '1' },
      {},
      'in version "1", and this is version none',
    ],
    ['a version that came', {}, { version: '1' }, 'in version none, and this is version "1"'],
  ])('%s is refused by its name', async (_, before, now, message) => {
    const folder = await pressed(before, how);
    const bytes = readFileSync(join(folder, 'journal.jsonl'));
    await expect(valueNow(folder, now)).rejects.toMatchObject({
      name: 'UserError',
      code: 'machine.changed',
      message: expect.stringContaining(message),
      hint: expect.stringContaining(`began it (${before.version ?? 'unversioned'})`),
    });
    expect(readFileSync(join(folder, 'journal.jsonl'))).toEqual(bytes);
    expect(await valueNow(folder, before)).toBe('on');
  });

  test('a machine that nobody gave is refused by its name', async () => {
    const folder = await pressed({ version: '1' }, how);
    await expect(valueNow(folder, { id: 'light', version: '1' })).rejects.toMatchObject({
      code: 'machine.unknown',
      message: 'no machine has the id "lamp"; known are light',
    });
  });
});

describe('stopped gently, and begun by another machine', () => {
  const how = { stop: 'gently' };
  const files = (folder: string) => readdirSync(folder).filter((name) => !/^lock/.test(name));

  test('goes on from what was left behind, under a journal of its own', async () => {
    const folder = await pressed({ version: '1' }, how);
    const before = readFileSync(join(folder, 'journal.jsonl'));
    expect(await valueNow(folder, { version: '2' })).toBe('on');
    const { header, base, inputs } = readHistory(folder);
    expect(header).toMatchObject({ after: 2, about: { machines: { lamp: '2' } } });
    expect([base?.n, [...inputs]]).toEqual([2, []]);
    expect(readFileSync(join(folder, 'journal-to-2.jsonl'))).toEqual(before);
    // From now on it is the new version's, whatever it does.
    const machine = lamp({ version: '2' });
    const system = await openSystem({ folder, machines: [machine] });
    await system.ref(machine, 'a').send({ type: 'press' });
    await system.close();
    expect(await valueNow(folder, { version: '2' })).toBe('off');
    expect(await valueNow(folder, { version: '3' })).toBe('off');
    expect(files(folder)).toContain('journal-to-3.jsonl');
  });

  test('is refused when the machine no longer has the state, and left as it is', async () => {
    const folder = await pressed({ version: '7' }, how);
    const before = files(folder);
    await expect(valueNow(folder, { version: '8', second: 'bright' })).rejects.toMatchObject({
      code: 'machine.changed',
      message: 'a stands in "on", which machine "lamp" no longer has',
      hint: expect.stringContaining('(7)'),
    });
    expect(files(folder)).toEqual(before);
    expect(await valueNow(folder, { version: '7' })).toBe('on');
  });

  test('is refused when one record came after what was left behind', async () => {
    const folder = await pressed({ version: '1' }, how);
    const machine = lamp({ version: '1' });
    const system = await openSystem({ folder, machines: [machine] });
    await system.ref(machine, 'a').send({ type: 'press' });
    const after = killed(folder);
    await system.close();
    await expect(valueNow(after, { version: '2' })).rejects.toMatchObject({
      code: 'machine.changed',
      message: expect.stringContaining('in version "1", and this is version "2"'),
    });
  });

  test('a crash while it is taken over leaves a journal that goes on', async () => {
    const folder = await pressed({ version: '1' }, how);
    const copy = killed(folder);
    expect(await valueNow(folder, { version: '2' })).toBe('on');
    // Everything was written but the new journal's name.
    copyFileSync(join(folder, 'base-2.json'), join(copy, 'base-2.json'));
    copyFileSync(join(copy, 'journal.jsonl'), join(copy, 'journal-to-2.jsonl'));
    copyFileSync(join(folder, 'journal.jsonl'), join(copy, 'journal.jsonl.draft'));
    expect(await valueNow(copy, { version: '1' })).toBe('on');
    expect(await valueNow(copy, { version: '2' })).toBe('on');
    // The new journal has its name, and the old snapshot is still there.
    const other = await pressed({ version: '1' }, how);
    const snapshot = readFileSync(join(other, 'snapshot.json'));
    expect(await valueNow(other, { version: '2' })).toBe('on');
    writeFileSync(join(other, 'snapshot.json'), snapshot);
    expect(await valueNow(other, { version: '2' })).toBe('on');
    expect([...readHistory(other).inputs]).toEqual([]);
  });

  test('says what is missing when the system it begins from is gone', async () => {
    const folder = await pressed({ version: '1' }, how);
    await valueNow(folder, { version: '2' });
    rmSync(join(folder, 'snapshot.json'), { force: true });
    writeFileSync(join(folder, 'base-2.json'), 'garbage');
    await expect(valueNow(folder, { version: '2' })).rejects.toMatchObject({
      code: 'journal.baseless',
      hint: expect.stringContaining('restore'),
    });
  });
});

test('a stored state that its machine no longer has names the version that had it', async () => {
  const folder = await pressed({ version: '7' }, { stop: 'gently' });
  await expect(valueNow(folder, { version: '7', second: 'bright' })).rejects.toMatchObject({
    code: 'machine.changed',
    message: 'a stands in "on", which machine "lamp" no longer has',
    hint: expect.stringContaining('(7)'),
  });
});

test('a machine that came later needs no version in the header', async () => {
  const folder = await pressed({ version: '1' }, {});
  const machines = [lamp({ version: '1' }), lamp({ id: 'light', version: '3' })];
  const system = await openSystem({ folder, machines });
  expect(system.core.n).toBe(2);
  await system.close();
});

/** What machines of another kind or version began is refused by name, and left as it is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createMachine } from 'xstate';
import { openSystem } from '../../src/host.ts';
import { makeFolder } from '../journal/inputs.ts';

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

/** A folder in which a lamp was pressed once; `stored`: with a stored system after it. */
async function pressed(shape: Shape, { stored }: { stored: boolean }): Promise<string> {
  const folder = makeFolder();
  const machine = lamp(shape);
  const system = await openSystem({ folder, machines: [machine] });
  await system.spawn(machine, { id: 'a' }).send({ type: 'press' });
  if (stored) await system.store();
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

describe.each([{ stored: false }, { stored: true }])('begun by another machine, %o', (how) => {
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

test('a stored state that its machine no longer has names the version that had it', async () => {
  const folder = await pressed({ version: '7' }, { stored: true });
  await expect(valueNow(folder, { version: '7', second: 'bright' })).rejects.toMatchObject({
    code: 'machine.changed',
    message: 'a stands in "on", which machine "lamp" no longer has',
    hint: expect.stringContaining('(7)'),
  });
});

test('a machine that came later needs no version in the header', async () => {
  const folder = await pressed({ version: '1' }, { stored: false });
  const machines = [lamp({ version: '1' }), lamp({ id: 'light', version: '3' })];
  const system = await openSystem({ folder, machines });
  expect(system.core.n).toBe(2);
  await system.close();
});

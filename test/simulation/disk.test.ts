/** The simulated disk keeps what was flushed, and no half of anything. */
import { expect, test } from 'vitest';
import type { LoggedInput } from '../../src/kernel/log.ts';
import { DiskLog, SimulatedDisk } from '../../src/simulation/disk.ts';
import { parseFaults } from '../../src/simulation/fault-mix.ts';
import { Luck } from '../../src/simulation/luck.ts';
import type { Mortal } from '../../src/simulation/mortal.ts';
import { VirtualTime } from '../../src/simulation/virtual-time.ts';
import { event } from '../journal/inputs.ts';

const inputs = (count: number): readonly LoggedInput[] =>
  Array.from({ length: count }, (_, at) => event(at + 1));

const life: Mortal = { number: 1, alive: true, safe: 0, reach: () => {} };

function diskUnder(faults: string, seed: number) {
  const time = new VirtualTime(0, seed);
  const disk = new SimulatedDisk(time, new Luck(seed, parseFaults(faults), 100), []);
  return { time, disk, log: new DiskLog(disk, life) };
}

/** Flushes the first, appends the rest, and dies. */
async function dieWith(
  records: readonly LoggedInput[],
  safe: number,
  faults: string,
  seed: number,
) {
  const { time, disk, log } = diskUnder(faults, seed);
  for (const record of records.slice(0, safe)) log.append(record);
  const flushed = log.flush();
  while (time.step());
  await flushed;
  for (const record of records.slice(safe)) log.append(record);
  log.die();
  return disk;
}

test('what was not flushed is lost with its life', async () => {
  const records = inputs(10);
  const disk = await dieWith(records, 6, 'none', 1);
  expect(disk.records()).toEqual(records.slice(0, 6));
});

test('a torn write leaves whole records of it, in order, and all that was safe', async () => {
  const records = inputs(10);
  const lengths = new Set<number>();
  for (let seed = 1; seed <= 60; seed += 1) {
    const disk = await dieWith(records, 4, 'torn=1,slow-disk=0.5', seed);
    const { inputs: found } = disk.read();
    const left = [...found];
    expect(left).toEqual(records.slice(0, left.length));
    expect(left.length).toBeGreaterThanOrEqual(4);
    lengths.add(left.length);
    // Cut off, so that the next life goes on behind a whole record.
    const next = new DiskLog(disk, life);
    for (const record of records.slice(left.length)) next.append(record);
    const closed = next.close();
    while (disk.time.step());
    await closed;
    expect(disk.records()).toEqual(records);
  }
  expect(lengths.size).toBeGreaterThan(3);
});

test('a full disk says so, and takes nothing more in that life', async () => {
  const { disk, log } = diskUnder('full=1', 3);
  const records = inputs(3);
  for (const record of records) log.append(record);
  await expect(log.flush()).rejects.toThrow('full');
  expect(() => log.append(records[0] as LoggedInput)).toThrow('full');
  const left = [...disk.read().inputs];
  expect(left).toEqual(records.slice(0, left.length));
});

test('a stored system is found again with the records after it', async () => {
  const { disk, log } = diskUnder('none', 1);
  const records = inputs(10);
  for (const record of records.slice(0, 7)) log.append(record);
  await log.store({ n: 7, core: { any: 'thing' } });
  for (const record of records.slice(7)) log.append(record);
  await log.flush();
  const { stored, inputs: after } = disk.read();
  expect(stored).toEqual({ n: 7, core: { any: 'thing' } });
  expect([...after]).toEqual(records.slice(7));
});

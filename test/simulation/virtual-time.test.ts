/** Virtual time goes from one due thing to the next; a seed draws who comes first. */
import { expect, test } from 'vitest';
import { settled, VirtualTime } from '../../src/simulation/virtual-time.ts';

function played(seed: number, dueMs: readonly number[]): readonly string[] {
  const time = new VirtualTime(1_000, seed);
  const rung: string[] = [];
  for (const [at, due] of dueMs.entries()) time.at(due, () => rung.push(`${at} at ${time.nowMs}`));
  while (time.step());
  return rung;
}

test('what is due earlier comes earlier, whoever asked first', () => {
  const dueMs = Array.from({ length: 200 }, (_, at) => 1_000 + ((at * 7_919) % 200));
  const expected = dueMs.map((due, at) => ({ due, at })).sort((a, b) => a.due - b.due);
  expect(played(1, dueMs)).toEqual(expected.map(({ due, at }) => `${at} at ${due}`));
});

test('what is due at once comes in an order that only the seed decides', () => {
  const dueMs = Array.from({ length: 20 }, () => 1_500);
  expect(played(3, dueMs)).toEqual(played(3, dueMs));
  const orders = new Set([1, 2, 3, 4, 5].map((seed) => played(seed, dueMs).join()));
  expect(orders.size).toBe(5);
});

test('the past comes now, what was called off never, and parts of a ms as a whole one', () => {
  const time = new VirtualTime(1_000, 1);
  const rung: number[] = [];
  time.at(10, () => rung.push(time.nowMs));
  time.after(0.2, () => rung.push(time.nowMs));
  const cancel = time.after(5, () => rung.push(-1));
  cancel();
  while (time.step());
  expect(rung).toEqual([1_000, 1_001]);
  expect(time.nowMs).toBe(1_001);
});

test('all is settled when every promise that waits for nothing has gone on', async () => {
  const told: number[] = [];
  const chain = async (): Promise<void> => {
    for (let link = 0; link < 1_000; link += 1) await null;
    told.push(1);
  };
  await null;
  void chain();
  await settled();
  expect(told).toEqual([1]);
});

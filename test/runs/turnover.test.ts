/** Work begins once what was given up has ended, and not at all when it is given up first. */
import { expect, test } from 'vitest';
import { Cancellation } from '../../src/kernel/cancellation.ts';
import { Turnover } from '../../src/runs/turnover.ts';

/** Work that goes on until it is told to end, and takes its time for it. */
function stubborn() {
  let end: (how: string) => void = () => {};
  const ended = new Promise<string>((resolve) => {
    end = resolve;
  });
  return { end, begin: () => ended };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('two pieces of work that nobody gave up go on side by side', async () => {
  const turnover = new Turnover();
  const [one, other] = [stubborn(), stubborn()];
  const first = turnover.take(new Cancellation(), one.begin);
  const second = turnover.take(new Cancellation(), other.begin);
  other.end('the other');
  expect(await second).toBe('the other');
  one.end('the one');
  expect(await first).toBe('the one');
});

test('whoever comes after one that was given up waits for its end', async () => {
  const turnover = new Turnover();
  const old = stubborn();
  const given = new Cancellation();
  const leaving = turnover.take(given, old.begin);
  given.request();
  const began: string[] = [];
  const next = turnover.take(new Cancellation(), async () => {
    began.push('next');
    return 'done';
  });
  await settled();
  expect(began).toEqual([]);
  old.end('at last');
  expect(await leaving).toBe('at last');
  expect(await next).toBe('done');
  expect(began).toEqual(['next']);
});

test('whoever is given up while waiting never begins', async () => {
  const turnover = new Turnover();
  const old = stubborn();
  const [given, waiting] = [new Cancellation(), new Cancellation()];
  const leaving = turnover.take(given, old.begin);
  given.request();
  const began: string[] = [];
  const next = turnover.take(waiting, async () => began.push('next'));
  waiting.request();
  old.end('at last');
  expect(await next).toBe(null);
  await leaving;
  expect(began).toEqual([]);
});

test('work that breaks while it leaves frees its place too', async () => {
  const turnover = new Turnover();
  const given = new Cancellation();
  let fail: (error: Error) => void = () => {};
  const broken = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const leaving = turnover.take(given, () => broken);
  given.request();
  const next = turnover.take(new Cancellation(), async () => 'done');
  fail(new Error('broken'));
  await expect(leaving).rejects.toThrow('broken');
  expect(await next).toBe('done');
});

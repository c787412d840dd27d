/** What a reader has heard: each message once, in bounded memory. */
import { expect, test } from 'vitest';
import { Heard } from '../../src/bus/heard.ts';
import { message } from './messages.ts';

test('a message is new once, also when newer ones have come since', () => {
  const heard = new Heard();
  const news = [1, 2, 2, 1, 5, 4, 6].filter((sequence) => heard.isNew(message('ada', sequence)));
  expect(news).toEqual([1, 2, 5, 6]);
  expect(heard.isNew(message('bob', 1))).toBe(true);
});

test('who goes on speaking is known, however many others come and go', () => {
  const heard = new Heard(10);
  for (let at = 1; at <= 1_000; at += 1) {
    expect(heard.isNew(message('steady', at))).toBe(true);
    expect(heard.isNew(message(`passing-${at}`, 1))).toBe(true);
    expect(heard.isNew(message('steady', at))).toBe(false);
    expect(heard.isNew(message(`passing-${at}`, 1))).toBe(false);
  }
  // Long gone: nobody remembers.
  expect(heard.isNew(message('passing-1', 1))).toBe(true);
});

/** Work that is to end before its time: who hears of it, and the signal that is made of it. */
import { expect, test } from 'vitest';
import { Cancellation } from '../../src/kernel/cancellation.ts';

test('whoever listens hears of it once, and whoever listens no more does not', () => {
  const cancellation = new Cancellation();
  const heard: string[] = [];
  cancellation.onRequest(() => heard.push('one'));
  const forget = cancellation.onRequest(() => heard.push('other'));
  forget();
  expect(cancellation.isRequested).toBe(false);
  cancellation.request();
  cancellation.request();
  expect(cancellation.isRequested).toBe(true);
  expect(heard).toEqual(['one']);
});

test('like a signal, it does not tell those who come too late', () => {
  const cancellation = new Cancellation();
  cancellation.request();
  const heard: string[] = [];
  cancellation.onRequest(() => heard.push('late'))();
  cancellation.request();
  expect(heard).toEqual([]);
});

test('its signal has aborted when it was requested, before or after the signal was made', () => {
  const [before, after] = [new Cancellation(), new Cancellation()];
  const { signal } = before;
  expect(signal.aborted).toBe(false);
  expect(before.signal).toBe(signal);
  before.request();
  after.request();
  expect([signal.aborted, after.signal.aborted]).toEqual([true, true]);
});

test('one that follows a signal is requested when that aborts, or has', () => {
  const control = new AbortController();
  const following = Cancellation.of(control.signal);
  const heard: string[] = [];
  following.onRequest(() => heard.push('heard'));
  expect([following.isRequested, following.signal]).toEqual([false, control.signal]);
  control.abort();
  expect([following.isRequested, heard]).toEqual([true, ['heard']]);
  expect(Cancellation.of(control.signal).isRequested).toBe(true);
});

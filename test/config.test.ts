/** What is taken from the process: who asks is known also where no variable says it. */
import { userInfo } from 'node:os';
import { afterEach, expect, test, vi } from 'vitest';
import { readConfig } from '../src/config.ts';

afterEach(() => vi.unstubAllEnvs());

test.each([
  ['ada', 'bob', 'ada'],
  [undefined, 'bob', 'bob'],
  ['', '', userInfo().username],
  [undefined, undefined, userInfo().username],
])('with USER=%s and USERNAME=%s it is %s who asks', (user, username, who) => {
  vi.stubEnv('USER', user);
  vi.stubEnv('USERNAME', username);
  expect(readConfig().user).toBe(who);
});

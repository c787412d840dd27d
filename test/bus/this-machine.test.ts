/** Which hosts are this machine: only what can be nobody else. */
import { expect, test } from 'vitest';
import { isThisMachine } from '../../src/bus/this-machine.ts';

test.each(['localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])('%s is this machine', (host) => {
  expect(isThisMachine(host)).toBe(true);
});

test.each(['', '0.0.0.0', '::', '127.example.com', 'localhost.example.com', '10.0.0.1', '::12'])(
  '%s may be another one',
  (host) => {
    expect(isThisMachine(host)).toBe(false);
  },
);

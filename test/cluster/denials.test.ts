/** Which rule allows what servers have refused. */
import { expect, test } from 'vitest';
import { deniedWords, ruleFor } from '../../src/cluster/denials.ts';

test.each([
  [
    '$JS.API.CONSUMER.CREATE.troupe_bus.ab_1_1.troupe.bus.*.x',
    '$JS.API.CONSUMER.CREATE.troupe_bus.>',
  ],
  ['$JS.API.CONSUMER.DURABLE.CREATE.T_work.a', '$JS.API.CONSUMER.DURABLE.CREATE.T_work.>'],
  ['$JS.API.STREAM.INFO.troupe_bus', '$JS.API.STREAM.INFO.troupe_bus'],
  ['$KV.troupe_leases.run-1', '$KV.troupe_leases.>'],
  ['$KV.troupe_workers.worker.w1.abc', '$KV.troupe_workers.worker.w1.>'],
  ['$O.troupe_files.C.abc', '$O.troupe_files.>'],
  ['troupe.bus.w1.hub.x', 'troupe.bus.w1.>'],
  ['troupe.ask.node.w1.abc', 'troupe.ask.node.w1.>'],
  ['troupe.ask.hub.abc', 'troupe.ask.>'],
  ['_INBOX.abc', '_INBOX.>'],
  ['else', 'else'],
])('%s is allowed by %s', (subject, rule) => {
  expect(ruleFor(subject)).toBe(rule);
});

test('each rule is named once', () => {
  const denied = ['troupe.ask.a', 'troupe.ask.b', '_INBOX.c'].map((subject) => ({
    what: 'publish' as const,
    subject,
  }));
  expect(deniedWords(denied)).toEqual({
    found: 'this user may not say anything to troupe.ask.a, nor 1 more',
    fix: 'allow in nats-server.conf: publish "troupe.ask.>", publish "_INBOX.>"',
  });
});

/** What decided when a run ended: needs, retries, agents that were busy, slots that were taken. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decisiveLinks } from '../../src/dashboard/run/decisive.ts';
import type { Bar, TaskShape } from '../../src/serving/wire.ts';

let lastId = 0;

function bar(task: string, from: number, to: number | null, more: Partial<Bar> = {}): Bar {
  lastId += 1;
  const end = to === null ? 'open' : 'well';
  const known = { id: lastId, agent: null, attempt: 1, token: 1, kind: 'work', end } as const;
  return { ...known, task, from, to, ...more };
}

const shapeOf = (id: string, ...needs: readonly string[]): TaskShape => {
  return { id, role: 'one', needs, wave: 0, critical: false };
};

const told = (bars: readonly Bar[], tasks: readonly TaskShape[], concurrency = 8) =>
  decisiveLinks(bars, { tasks, concurrency }).map(({ bar: { task, kind }, because }) => {
    return `${task} ${kind}: ${because.kind}${'task' in because ? ` ${because.task}` : ''}`;
  });

test('of two that a task needs, the one that ended later', () => {
  const tasks = [shapeOf('quick'), shapeOf('slow'), shapeOf('last', 'quick', 'slow')];
  const bars = [bar('quick', 0, 500), bar('slow', 0, 900), bar('last', 901, 1_000)];
  expect(told(bars, tasks)).toEqual(['slow work: begin', 'last work: needs slow']);
});

test('its own earlier attempts, pauses and checks', () => {
  const bars = [
    bar('a', 0, 100, { end: 'badly' }),
    bar('a', 100, 300, { kind: 'waits' }),
    bar('a', 300, 400),
    bar('a', 400, 450, { kind: 'checks' }),
  ];
  expect(told(bars, [shapeOf('a')])).toEqual([
    'a work: begin',
    'a waits: itself',
    'a work: itself',
    'a checks: itself',
  ]);
});

test('an agent that was busy with another task', () => {
  const agent = { agent: 'one-1' };
  const bars = [bar('a', 0, 300, agent), bar('b', 301, 600, agent)];
  expect(told(bars, [shapeOf('a'), shapeOf('b')])).toEqual(['a work: begin', 'b work: agent a']);
});

test('a slot that another one gave back', () => {
  const bars = [
    bar('a', 0, 100, { agent: 'x' }),
    bar('b', 0, 500, { agent: 'y' }),
    bar('c', 501, 900, { agent: 'z' }),
  ];
  const tasks = [shapeOf('a'), shapeOf('b'), shapeOf('c', 'a')];
  expect(told(bars, tasks, 1)).toEqual(['b work: begin', 'c work: slot b']);
  // With slots to spare, whoever came late came late by itself.
  expect(told(bars, tasks)).toEqual(['a work: begin', 'c work: needs a']);
});

test('nothing, while nothing has ended', () => {
  expect(told([], [])).toEqual([]);
  expect(told([bar('a', 0, null)], [shapeOf('a')])).toEqual([]);
});

test('whatever the bars are, it goes back in time and comes to an end', () => {
  const bars = fc.array(
    fc.record({ task: fc.nat(5), agent: fc.nat(3), from: fc.nat(40), lasts: fc.nat(10) }),
  );
  fc.assert(
    fc.property(bars, fc.integer({ min: 1, max: 4 }), (given, concurrency) => {
      const all = given.map(({ task, agent, from, lasts }) =>
        bar(`t${task}`, from, from + lasts, { agent: `a${agent}` }),
      );
      const tasks = [0, 1, 2, 3, 4, 5].map((at) => shapeOf(`t${at}`, `t${(at + 1) % 6}`));
      const links = decisiveLinks(all, { tasks, concurrency });
      expect(links.length > 0).toBe(all.length > 0);
      for (const [at, { bar: next }] of links.entries()) {
        expect(links[at - 1]?.bar.to ?? 0).toBeLessThanOrEqual(next.from);
      }
      expect(links.at(-1)?.bar.to ?? 0).toBe(Math.max(0, ...all.map(({ to }) => to ?? 0)));
    }),
  );
});

/** The product's own machines hold what is asked of every machine, with nothing left out. */
import { describe, expect, test } from 'vitest';
import * as machines from '../../../machines/index.ts';
import { nodesOf, pathOf } from '../../../src/verify/machines/graph.ts';
import { productRests } from '../../../src/verify/machines/product/rests.ts';
import { productSubjects } from '../../../src/verify/machines/product/subjects.ts';
import { verifyMachine } from '../../../src/verify/machines/verify-machine.ts';

const subjects = productSubjects.map((subject) => [subject.machine.id, subject] as const);

test('every machine of the product is among them', () => {
  const all = Object.values(machines).map(({ id }) => id);
  expect(subjects.map(([id]) => id).sort()).toEqual(all.sort());
});

describe.each(subjects)('%s', (id, subject) => {
  test('is proved', () => {
    const { verdict, findings, notes } = verifyMachine(subject);
    expect({ findings, notes }).toEqual({ findings: [], notes: [] });
    expect(verdict).toBe('proved');
  });

  test('rests only where there is a state to rest in', () => {
    const states = nodesOf(subject.machine).map(pathOf);
    expect(states).toEqual(expect.arrayContaining(Object.keys(productRests[id] ?? {})));
  });

  test('is found out when a rest is not explained', () => {
    const rules = { ...subject.rules, rests: {} };
    const { findings } = verifyMachine({ ...subject, rules });
    const named = findings.map(({ property, state }) => `${property} ${state}`);
    const idle = nodesOf(subject.machine)
      .filter(({ key }) => key === 'idle')
      .map(pathOf);
    const rests = Object.keys(productRests[id] ?? {}).filter((state) => !idle.includes(state));
    expect(named.sort()).toEqual(rests.map((state) => `no-deadline ${state}`).sort());
  });
});

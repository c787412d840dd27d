/** No message goes where nobody takes it, but for those that were looked at and explained. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { setup } from 'xstate';
import { kernelActions } from '../../../machines/messages.ts';
import { explore } from '../../../src/verify/machines/explore.ts';
import { productSubjects } from '../../../src/verify/machines/product/subjects.ts';
import { productUnheard } from '../../../src/verify/machines/product/unheard.ts';
import { nameOf, unheard } from '../../../src/verify/machines/protocol.ts';
import { bareSubject, type Subject } from '../../../src/verify/machines/subject.ts';
import { runArbitrary, scriptOf } from '../../machines/random-runs.ts';
import { Team } from '../../machines/team.ts';

const listOf = (subjects: readonly Subject[]) =>
  unheard(subjects.map((subject) => ({ subject, exploration: explore(subject) })));

const speaker = setup({ actions: kernelActions }).createMachine({
  id: 'speaker',
  initial: 'idle',
  states: {
    idle: {
      on: {
        speak: {
          actions: [
            { type: 'send', params: { to: 'hearer/1', event: { type: 'word' } } as never },
            { type: 'send', params: { to: 'nobody', event: { type: 'lost' } } as never },
          ],
        },
      },
    },
  },
});

const hearer = setup({}).createMachine({
  id: 'hearer',
  initial: 'idle',
  states: {
    idle: { on: { word: 'busy' } },
    busy: { after: { 10: 'idle' }, on: { stop: 'gone' } },
    gone: { type: 'final' },
  },
});

describe('the protocol', () => {
  test('lists what a receiver is deaf to, by its states', () => {
    const list = listOf([bareSubject(speaker), bareSubject(hearer)]);
    const own = list.filter(({ from }) => from.includes('speaker'));
    expect(own).toEqual([
      { type: 'lost', to: 'nobody', from: ['speaker'], states: ['(nowhere)'] },
      { type: 'word', to: 'hearer', from: ['speaker'], states: ['(ended)', 'busy'] },
    ]);
  });

  const product = listOf(productSubjects);

  test('of the product has no gap that is not explained', () => {
    const found = product.map((one) => [nameOf(one), one.states] as const);
    const explained = Object.entries(productUnheard).map(([name, { states }]) => {
      return [name, [...states].sort()] as const;
    });
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(explained));
    const mute = Object.values(productUnheard).filter(({ because }) => because.length < 20);
    expect(mute).toEqual([]);
  });

  test('is not deafer in random runs than the list says', () => {
    const listed = new Set(
      product.flatMap((one) => one.states.map((state) => `${nameOf(one)} ${state}`)),
    );
    const isSilent = (type: string): boolean => product.every((one) => one.type !== type);
    fc.assert(
      fc.property(runArbitrary('hostile', 6), (recipe) => {
        const team = new Team(recipe.plan, scriptOf(recipe));
        const lost: string[] = [];
        team.core.onStep = ({ chart }, event, before) => {
          if (!event || event.type.startsWith('xstate.') || isSilent(event.type)) return;
          const takes = before.at.nodes.some(({ transitions }) => transitions.has(event.type));
          const state = before.at.nodes.at(-1)?.path.join('.');
          if (!takes) lost.push(`${event.type} -> ${chart.key} ${state}`);
        };
        team.run();
        expect(lost.filter((one) => !listed.has(one))).toEqual([]);
      }),
      { numRuns: 150, seed: 6 },
    );
  });
});

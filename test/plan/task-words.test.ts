/** Tasks read by the few words that they say come out as the whole shape makes them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { taskShape } from '../../src/plan/shapes/schema.ts';
import { taskReader } from '../../src/plan/shapes/task-words.ts';

const many = 1_000;

const said = {
  id: fc.oneof(fc.constantFrom('a', 'b-2', 'x.y'), fc.constantFrom('-', 'con', '', 3, null)),
  agent: fc.constantFrom('coder', 7, undefined),
  needs: fc.constantFrom([], ['a'], ['a', 'b-2'], 'a', [1]),
  prompt: fc.constantFrom('do it', { use: 'fix' }, { use: 1 }, undefined),
  run: fc.constantFrom('npm test', ['npm', 'test'], [], undefined),
  timeout: fc.constantFrom('20m', '20', 5),
  verify: fc.constantFrom({ file: 'a.md' }, [{ run: 'true' }], [{ rum: 'true' }]),
  heal: fc.constantFrom('ask', ['split', 'ask'], { split: {} }, { splits: {} }),
  memory: fc.constantFrom('on', 'off', 'of', undefined),
  priority: fc.constantFrom(0, -3, 1.5),
  promt: fc.constantFrom('do it', undefined),
};
const task = fc.record(said, { requiredKeys: [] });
const given = fc.oneof({ weight: 9, arbitrary: task }, fc.constantFrom(null, 'a', [], [1], 4));

test.each([1, many])('with all that is wrong with them, of %i', (count) => {
  fc.assert(
    fc.property(fc.array(given, { minLength: 1, maxLength: 30 }), (tasks) => {
      const read = taskReader(count);
      for (const each of tasks) {
        const [own, whole] = [read(each), taskShape.safeParse(each)];
        expect(own.data).toStrictEqual(whole.data);
        expect(Object.keys(own.data ?? {})).toEqual(Object.keys(whole.data ?? {}));
        expect(own.error?.issues).toEqual(whole.error?.issues);
      }
    }),
    { numRuns: 300 },
  );
});

test('a task without an id is none, however few words it says', () => {
  const read = taskReader(many);
  expect(read({ prompt: 'do it' }).error?.issues).toMatchObject([{ path: ['id'] }]);
  expect(read({ id: 'a', prompt: 'do it' }).data).toEqual(
    taskShape.parse({ id: 'a', prompt: 'do it' }),
  );
});

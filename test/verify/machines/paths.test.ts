/** A real actor in the real kernel takes every transition of every machine, as the model does. */
import { describe, expect, test } from 'vitest';
import { explore } from '../../../src/verify/machines/explore.ts';
import { fingerprint } from '../../../src/verify/machines/fingerprint.ts';
import { productSubjects } from '../../../src/verify/machines/product/subjects.ts';
import { waysOf } from '../../../src/verify/machines/ways.ts';
import { Alone } from './alone.ts';
import { pathsThrough } from './paths.ts';

/** Transitions that no sample leads through: each with the reason. */
const reviewed = 'as from `ready`; with a review ahead there are ten thousand places more';
const untaken: Readonly<Record<string, string>> = {
  'task: reviewing.calling role.lost 1': reviewed,
  'task: reviewing.calling task.refuse 1': reviewed,
};

describe.each(productSubjects.map((subject) => [subject.machine.id, subject] as const))(
  '%s',
  (id, subject) => {
    const exploration = explore(subject);
    const paths = pathsThrough(exploration);

    test('has a path through each of its transitions', () => {
      const taken = new Set(paths.flatMap(({ takes }) => [...takes]));
      const missing = waysOf(subject.machine).filter(({ key }) => !taken.has(key));
      const explained = Object.keys(untaken).filter((key) => key.startsWith(`${id}: `));
      expect(missing.map(({ key }) => `${id}: ${key}`).sort()).toEqual(explained.sort());
    });

    test('goes these paths in the kernel as the model says', async () => {
      expect(paths.length).toBeGreaterThan(0);
      for (const { steps } of paths) {
        const actor = await Alone.of(id);
        for (const { event, to } of steps) {
          actor.take(event);
          const { at, context, status } = actor.look();
          const { value, context: modelled, status: expected } = to.spot.snapshot;
          const where = steps.map((step) => step.event.type).join(' > ');
          expect({ value: at.value, status }, where).toEqual({ value, status: expected });
          const [real, model] = [context, modelled].map((one) => view(subject.rules.view, one));
          expect(real, where).toBe(model);
        }
        await actor.close();
      }
    });
  },
);

function view(of: ((context: never) => unknown) | undefined, context: unknown): string {
  return fingerprint(of ? of(context as never) : context);
}

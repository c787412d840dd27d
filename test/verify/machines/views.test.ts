/** What a view leaves out decides nothing: what it calls equal goes on to what it calls equal. */
import { describe, expect, test } from 'vitest';
import { explore, type Place } from '../../../src/verify/machines/explore.ts';
import { fingerprint } from '../../../src/verify/machines/fingerprint.ts';
import { productSubjects } from '../../../src/verify/machines/product/subjects.ts';

/** Enough for each view to be met by hundreds of different contexts. */
const statesMax = 1_500;

describe.each(
  productSubjects
    .filter(({ rules }) => rules.view)
    .map((subject) => [subject.machine.id, subject] as const),
)('the view of the %s', (_id, subject) => {
  const { view = (context: never) => context, ...rules } = subject.rules;

  /** What the proof takes a place for. */
  function classOf({ spot }: Place): string {
    if (spot.kind !== 'standing') return spot.kind === 'fallen' ? spot.message : spot.kind;
    const { value, status, context } = spot.snapshot;
    const timers = [...spot.timers.keys()].sort();
    return fingerprint([value, status, view(context as never), timers, [...spot.works.keys()]]);
  }

  test('leaves out nothing that decides', () => {
    const { places } = explore({ ...subject, rules }, statesMax);
    const first = new Map<string, Place>();
    let pairs = 0;
    for (const place of places.filter(({ expanded }) => expanded)) {
      const like = first.get(classOf(place));
      first.set(classOf(place), like ?? place);
      if (!like) continue;
      pairs += 1;
      const [one, other] = [like, place].map(({ ways }) =>
        ways.map(({ event, to }) => `${fingerprint(event)} ${classOf(to)}`),
      );
      expect(other).toEqual(one);
    }
    expect(pairs).toBeGreaterThan(10);
  });
});

/** A worker's lease: over here before it is over at its hub. */
import { expect, test } from 'vitest';
import { LeaseLeash } from '../../src/workers/lease-leash.ts';
import { Tenancy } from '../../src/workers/tenancy.ts';
import type { Join } from '../../src/workers/wire.ts';
import { ManualClock } from '../kernel/manual-clock.ts';

const join: Join = { type: 'worker.join', version: '1', roles: { coder: 1 }, labels: [] };

/** At a hub that gives 10 s, and takes so long to let it in; a beat it answers at once. */
function tenancyAnsweredAfter(ms: number, clock = new ManualClock()): Tenancy {
  return new Tenancy({
    ...{ clock, leash: new LeaseLeash(clock), tickets: () => [], onVoid: () => {} },
    ask: async (event) => {
      if ('tickets' in event) return { type: 'worker.kept', void: [] } as never;
      clock.set(clock.now() + ms);
      return { type: 'worker.joined', leaseMs: 10_000 } as never;
    },
  });
}

test('is kept when the hub lets it in before it is over', async () => {
  const tenancy = tenancyAnsweredAfter(6_000);
  await tenancy.open(join);
  let state = 'kept';
  void tenancy.over.then(() => {
    state = 'over';
  });
  await Promise.resolve();
  expect(state).toBe('kept');
  tenancy.close();
  await tenancy.over;
  expect(state).toBe('over');
});

test('is kept by a beat at once where little of it is left when the hub lets it in', async () => {
  const clock = new ManualClock();
  const tenancy = tenancyAnsweredAfter(6_900, clock);
  let state = 'kept';
  void tenancy.over.then(() => {
    state = 'over';
  });
  await tenancy.open(join);
  for (let beats = 1; beats <= 10; beats += 1) {
    clock.ringNext(clock.now() + 2_000);
    await new Promise(setImmediate);
  }
  expect(state).toBe('kept');
  tenancy.close();
});

test('is none when it was over before the hub, which was away, let it in', async () => {
  const tenancy = tenancyAnsweredAfter(8_000);
  await expect(tenancy.open(join)).rejects.toMatchObject({ code: 'worker.late' });
});

/** A worker's lease: over here before it is over at its hub. */
import { expect, test } from 'vitest';
import { LeaseLeash } from '../../src/workers/lease-leash.ts';
import { Tenancy } from '../../src/workers/tenancy.ts';
import type { Join } from '../../src/workers/wire.ts';
import { ManualClock } from '../kernel/manual-clock.ts';

const join: Join = { type: 'worker.join', version: '1', roles: { coder: 1 }, labels: [] };

/** At a hub that gives 10 s, and takes so long to answer. */
function tenancyAnsweredAfter(ms: number): Tenancy {
  const clock = new ManualClock();
  return new Tenancy({
    ...{ clock, leash: new LeaseLeash(clock), tickets: () => [], onVoid: () => {} },
    ask: async () => {
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

test('is none when it was over before the hub, which was away, let it in', async () => {
  const tenancy = tenancyAnsweredAfter(8_000);
  await expect(tenancy.open(join)).rejects.toMatchObject({ code: 'worker.late' });
});

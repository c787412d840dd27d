/** Effect: a fiber a task that awaits the deferreds of its dependencies, under a semaphore. */

import * as effect from 'effect';
import { Deferred, Effect } from 'effect';
import { timePlan } from '../lib/run-plan.mjs';

export const run = (args) => timePlan(args, work);

/** Version 4 has semaphores in a module of their own. */
const makeSemaphore = effect.Semaphore?.make ?? Effect.makeSemaphore;

function work(tasks, bodies, agents) {
  const program = Effect.gen(function* () {
    const permits = yield* makeSemaphore(agents);
    const done = new Map();
    for (const { id } of tasks) done.set(id, yield* Deferred.make());
    const fiberOf = ({ id, needs }) =>
      Effect.gen(function* () {
        for (const need of needs) yield* Deferred.await(done.get(need));
        yield* permits.withPermits(1)(Effect.promise(async () => bodies.run(id)));
        yield* Deferred.succeed(done.get(id), undefined);
      });
    yield* Effect.all(tasks.map(fiberOf), { concurrency: 'unbounded', discard: true });
  });
  return Effect.runPromise(program);
}

/** Which worker an attempt waits for, in words that a person can type. */
import { describe, expect, test } from 'vitest';
import type { AgentWorld, Assignment } from '../../src/agents/agent.ts';
import { InProcessBus } from '../../src/bus/in-process.ts';
import { Cancellation } from '../../src/kernel/cancellation.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import type { PlanRole } from '../../src/plan/plan.ts';
import { AtWorkers } from '../../src/workers/elsewhere.ts';
import { Workforce } from '../../src/workers/workforce.ts';
import { ManualClock } from '../kernel/manual-clock.ts';

const role = { name: 'painter', adapter: 'simulated', where: 'any', labels: ['gpu', 'big'] };
const assignment = { agent: 'painter-1', attempt: 1, secrets: [] };

/** What is said of an attempt for which nobody has come, among these workers. */
async function saidAmong(workers: readonly { readonly roles: Record<string, number> }[]) {
  const clock = new ManualClock();
  const bus = new InProcessBus(clock);
  const about = { leaseMs: 600_000, quietMs: 0, version: '1', isPrivate: true };
  const workforce = new Workforce({ bus, clock, random: systemRandom, ...about });
  for (const [at, { roles }] of workers.entries()) {
    const event = { type: 'worker.join', version: '1', roles, labels: ['gpu', 'big'] };
    await bus.request({ to: 'hub/workers', from: `node/w${at}/1`, sequence: 1, event }, 1_000);
  }
  const order = { plan: { tasks: [] }, cwd: '/', speed: 1 } as never;
  const at = new AtWorkers(workforce, { id: 'run', path: '/run' } as never, order, {
    ...{ clock, environment: {} },
  });
  const duty = { role: role as unknown as PlanRole, task: {} as never, what: 'work' as const };
  const cancellation = new Cancellation();
  const world: AgentWorld = { clock, cancellation, tell: () => {} };
  const given = { ...duty, limits: null, price: null };
  const first = at.attempt(given, assignment as unknown as Assignment, world, notHere);
  const second = at.attempt(given, assignment as unknown as Assignment, world, notHere);
  await new Promise(setImmediate);
  for (const until = clock.now() + 20_000; clock.ringNext(until); );
  const outcome = await (workers.length === 0 ? first : Promise.race([first, second]));
  workforce.close();
  return outcome.kind === 'limited' ? outcome.fault : outcome;
}

const notHere = (): never => {
  throw new Error('it can not be done here');
};

describe('an attempt for which there is no place', () => {
  test('says what brings one, where nobody has joined who could take it', async () => {
    const words = 'troupe worker --role painter --label gpu --label big';
    const message = `there is no worker for painter; ${words} brings some`;
    expect(await saidAmong([])).toMatchObject({ code: 'worker.none-free', message });
  });

  test('says that all are taken, where somebody could', async () => {
    expect(await saidAmong([{ roles: { painter: 1 } }])).toMatchObject({
      message: expect.stringMatching(
        /^no worker has a free place for painter; troupe worker --role/,
      ),
    });
  });
});

/** A system that closes gives up its work at once, however slow its disk is. */
import { expect, test } from 'vitest';
import { setup } from 'xstate';
import { declared } from '../../machines/work.ts';
import type { Call } from '../../src/kernel/behaviours.ts';
import { System } from '../../src/kernel/system.ts';
import { HeldLog, settled } from './held-log.ts';
import { ManualClock } from './manual-clock.ts';

const worker = setup({ actors: { work: declared<void, null>() } }).createMachine({
  id: 'worker',
  initial: 'working',
  on: { 'worker.greet': {} },
  states: { working: { invoke: { id: 'work', src: 'work', input: null } } },
});

test('work is given up before the last flush is waited for', async () => {
  const log = new HeldLog();
  const heard: string[] = [];
  const work = ({ signal }: Call): Promise<void> =>
    new Promise((resolve) => {
      heard.push('begun');
      signal.addEventListener('abort', () => {
        heard.push('given up');
        resolve();
      });
    });
  const clock = new ManualClock();
  const system = await System.open({
    log,
    machines: [worker],
    behaviours: { worker: { work } },
    clock,
  });
  const ref = system.spawn(worker, { id: 'w' });
  await settled();
  await log.release();
  expect(heard).toEqual(['begun']);
  const sent = ref.send({ type: 'worker.greet' });
  await settled();
  expect(log.waiting).toBe(1);
  const closed = system.close();
  await settled();
  expect(heard).toEqual(['begun', 'given up']);
  await log.release();
  await sent;
  await closed;
  expect(log.safe.map(({ n }) => n)).toEqual([1, 2]);
});

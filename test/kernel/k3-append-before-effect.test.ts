/** K3: no effect leaves before the input that caused it is on disk, none after a failure. */
import { describe, expect, test, vi } from 'vitest';
import type { EventObject } from 'xstate';
import type { Behaviours } from '../../src/kernel/behaviours.ts';
import { System } from '../../src/kernel/system.ts';
import { asker } from './asker.ts';
import { HeldLog, settled } from './held-log.ts';
import { alarm, counter, parent, worker } from './machines.ts';
import { ManualClock } from './manual-clock.ts';
import { at, untilAborted } from './stage.ts';
import { watched } from './watched.ts';

async function held(behaviours: Behaviours = {}) {
  const log = new HeldLog();
  const clock = new ManualClock();
  const machines = [counter, worker, alarm, parent, asker];
  const system = await System.open({ log, clock, machines, behaviours });
  return { log, clock, system };
}

describe('before the flush', () => {
  test('no work is started, no act carried out, no fact told, no ending announced', async () => {
    const work = vi.fn(untilAborted);
    const record = vi.fn();
    const { log, system } = await held({ worker: { work, record } });
    const facts = vi.fn();
    system.onFact(facts);
    const ref = system.spawn(counter, { id: 'c' });
    system.spawn(worker, { id: 'w' });
    const sent = watched(
      Promise.all([
        ref.send({ type: 'count.add', by: 1 }),
        ref.send({ type: 'count.end' }),
        system.send(at('w'), { type: 'work.start' }),
      ]),
    );
    const ending = ref.ending();
    const endings = [ending, ref.ending()].map(watched);
    await settled();
    expect(ref.snapshot()?.status).toBe('done');
    expect([work, record, facts].map((spy) => spy.mock.calls.length)).toEqual([0, 0, 0]);
    expect([sent, ...endings].map(({ state }) => state)).toEqual(Array(3).fill('pending'));

    await log.release();
    expect([work, record, facts].map((spy) => spy.mock.calls.length)).toEqual([1, 0, 1]);
    expect(await ending).toEqual({ kind: 'done', output: { count: 1 } });
    expect([sent, ...endings].map(({ state }) => state)).toEqual(Array(3).fill('kept'));
  });

  test('no timer is armed', async () => {
    const { log, clock, system } = await held();
    system.spawn(alarm, { id: 'a' });
    system.inject({
      kind: 'event',
      to: at('a'),
      event: { type: 'alarm.set', ms: 5 } as EventObject,
    });
    await settled();
    expect(clock.alarms).toEqual([]);
    await log.release();
    expect(clock.alarms).toEqual([1_000_005]);
  });

  test('no reply comes back', async () => {
    const { log, system } = await held();
    const ref = system.spawn(asker, { id: 'asker' });
    const reply = ref.ask({ type: 'ask.now' }, { deadlineMs: 1_000 });
    const replied = watched(reply);
    await settled();
    expect(replied.state).toBe('pending');
    await log.release();
    expect(await reply).toEqual({ type: 'answer', text: 'at once' });
  });

  test('what was taken meanwhile waits for a flush of its own', async () => {
    const { log, system } = await held();
    const facts: unknown[] = [];
    system.onFact(({ event }) => facts.push(Reflect.get(event, 'count')));
    const ref = system.spawn(counter, { id: 'c' });
    const first = watched(ref.send({ type: 'count.add', by: 1 }));
    await settled();
    const second = watched(ref.send({ type: 'count.add', by: 1 }));
    await settled();
    expect(log.waiting).toBe(1);
    await log.release();
    expect(facts).toEqual([1]);
    expect([first.state, second.state]).toEqual(['kept', 'pending']);
    await log.release();
    expect(facts).toEqual([1, 2]);
    expect(second.state).toBe('kept');
  });

  test('many inputs share one flush', async () => {
    const { log, system } = await held();
    const ref = system.spawn(counter, { id: 'c' });
    const sends = Array.from({ length: 100 }, () => ref.send({ type: 'count.add', by: 1 }));
    await settled();
    expect(log.waiting).toBe(1);
    await log.release();
    await Promise.all(sends);
    expect(log.safe.length).toBe(101);
  });
});

describe('a record never says more was performed than was', () => {
  test('not while its flush is under way', async () => {
    const finish: (() => void)[] = [];
    const record = vi.fn(() => new Promise<void>((resolve) => finish.push(resolve)));
    const { log, system } = await held({ worker: { work: () => 'done', record } });
    const ref = system.spawn(worker, { id: 'w' });
    void ref.send({ type: 'work.start' });
    await settled();
    await log.release(); // the work ends at once, and the end asks for an act
    void ref.send({ type: 'work.stop' }); // comes in during the flush of the end
    await settled();
    await log.release();
    expect(record).toHaveBeenCalledTimes(1);
    await log.release();
    void ref.send({ type: 'work.stop' });
    await settled();
    await log.release();
    const kinds = log.safe.map(({ input, performed }) => [input.kind, performed]);
    expect(kinds).toEqual([
      ['spawn', 0],
      ['event', 0],
      ['done', 1],
      ['event', 2],
      ['event', 2],
    ]);
    finish[0]?.();
    await settled();
    void ref.send({ type: 'work.stop' });
    await settled();
    await log.release();
    expect(log.safe.at(-1)?.performed).toBe(5);
  });
});

describe('a flush that fails', () => {
  const full = new Error('the disk is full');

  test('lets no effect leave, rejects who waits, and halts the system', async () => {
    const work = vi.fn(untilAborted);
    const { log, clock, system } = await held({ worker: { work } });
    const halted = vi.fn();
    const facts = vi.fn();
    system.onHalt(halted);
    system.onFact(facts);
    const ref = system.spawn(counter, { id: 'c' });
    const worked = system.spawn(worker, { id: 'w' }).send({ type: 'work.start' });
    const counted = ref.send({ type: 'count.add', by: 1 });
    const flushed = system.flushed();
    const waiting = [worked, counted, flushed].map(watched);
    await settled();
    await log.fail(full);
    expect(waiting.map(({ state }) => state)).toEqual(Array(3).fill('broken: the disk is full'));
    expect(halted).toHaveBeenCalledExactlyOnceWith(full);
    expect(facts).not.toHaveBeenCalled();
    expect(work).not.toHaveBeenCalled();
    expect(clock.alarms).toEqual([]);
  });

  test('is told to whoever asks later, too', async () => {
    const { log, system } = await held();
    const ref = system.spawn(counter, { id: 'c' });
    const ended = system.spawn(counter, { id: 'ended' });
    ended.send({ type: 'count.end' }).catch(() => {});
    await settled();
    await log.fail(full);
    const late = vi.fn();
    system.onHalt(late);
    expect(late).toHaveBeenCalledExactlyOnceWith(full);
    await expect(ref.send({ type: 'count.end' })).rejects.toBe(full);
    await expect(system.flushed()).rejects.toBe(full);
    expect(() => system.spawn(counter, { id: 'd' })).toThrow(full);
    const endings = [ref, ended].map((one) => watched(one.ending()));
    await settled();
    expect(endings.map(({ state }) => state)).toEqual(['pending', 'pending']);
  });

  test('keeps what came in during it from ever leaving', async () => {
    const { log, system } = await held();
    const facts = vi.fn();
    system.onFact(facts);
    const ref = system.spawn(counter, { id: 'c' });
    await settled();
    const late = watched(ref.send({ type: 'count.add', by: 1 }));
    await log.fail(full);
    expect(late.state).toBe('broken: the disk is full');
    expect(log.waiting).toBe(0);
    expect(facts).not.toHaveBeenCalled();
    await expect(system.close()).resolves.toBeUndefined();
    await expect(system.flushed()).rejects.toBe(full);
  });
});

describe('a log that takes nothing', () => {
  const full = new Error('the journal is full');

  test('throws at the sender, halts the system, and steps no more', async () => {
    const { log, system } = await held();
    const ref = system.spawn(counter, { id: 'c' });
    await settled();
    const halted = vi.fn();
    system.onHalt(halted);
    log.appendFails = full;
    await expect(ref.send({ type: 'count.add', by: 1 })).rejects.toBe(full);
    expect(halted).toHaveBeenCalledExactlyOnceWith(full);
    expect(system.core.n).toBe(1);
    // What fails after that is no news.
    await log.fail(new Error('the disk, too'));
    expect(halted).toHaveBeenCalledTimes(1);
    await expect(system.flushed()).rejects.toBe(full);
  });

  test('is no uncaught error of a timer', async () => {
    const { log, clock, system } = await held();
    system.spawn(alarm, { id: 'a' });
    const set = { type: 'alarm.set', ms: 5 } as EventObject;
    for (let count = 0; count < 3; count += 1) {
      system.inject({ kind: 'event', to: at('a'), event: set });
    }
    await settled();
    await log.release();
    const halted = vi.fn();
    system.onHalt(halted);
    log.appendFails = full;
    expect(clock.ringNext(1_000_005)).toBe(true);
    expect(halted).toHaveBeenCalledExactlyOnceWith(full);
    expect(clock.alarms).toEqual([]);
  });

  test('is no different from a bug of the kernel itself', async () => {
    const { log, system } = await held();
    const halted = vi.fn();
    system.onHalt(halted);
    vi.spyOn(system.core, 'apply').mockReturnValue([{ kind: 'unheard of' } as never]);
    system.inject({ kind: 'stop', address: at('x') });
    await settled();
    await log.release();
    const [[error]] = halted.mock.calls as [[Error]];
    expect(error.message).toBe('unhandled case: {"kind":"unheard of"}');
  });

  test('is no uncaught error of work that ends', async () => {
    let finish: (value: unknown) => void = () => {};
    const work = () => new Promise((resolve) => (finish = resolve));
    const { log, system } = await held({ worker: { work } });
    void system.spawn(worker, { id: 'w' }).send({ type: 'work.start' });
    await settled();
    await log.release();
    const halted = vi.fn();
    system.onHalt(halted);
    log.appendFails = full;
    finish('done');
    await settled();
    expect(halted).toHaveBeenCalledExactlyOnceWith(full);
  });
});

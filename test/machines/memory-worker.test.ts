/** The memory worker's machine, state by state: what each event does to it, and what it says. */
import { describe, expect, test } from 'vitest';
import type { EventObject } from 'xstate';
import { standbyMs } from '../../machines/memory-worker.ts';
import { endingOf, type UpkeepContext } from '../../machines/rules/upkeep.ts';
import { factsOf, timersOf } from './effects.ts';
import { memoryWorkerSubject, upkeepReport } from './memory-worker-subject.ts';
import { enter, follow, stepsTo, testTable } from './tables.ts';

testTable('memory worker', memoryWorkerSubject, {
  spawning: {
    'agent.stop': 'stopped',
    'xstate.done.actor.open': 'registering',
    'xstate.done.actor.open (a fault)': 'crashed',
    'xstate.error.actor.open': 'crashed',
    'xstate.after.openDeadline.memory-worker.spawning': 'crashed',
  },
  registering: {
    'agent.stop': 'stopped',
    'xstate.done.actor.register': 'idle',
    'xstate.done.actor.register (taken)': 'standby',
    'xstate.error.actor.register': 'standby',
  },
  standby: {
    'agent.stop': 'stopped',
    'xstate.after.standby.memory-worker.standby': 'registering',
  },
  idle: {
    'agent.stop': 'stopped',
    'memory.maintain': 'working',
    'xstate.after.interval.memory-worker.idle': 'working',
  },
  'idle, after a failure': {
    'agent.stop': 'stopped',
    'memory.maintain': 'working',
    'xstate.after.interval.memory-worker.idle': 'working',
  },
  working: {
    'agent.stop': 'stopped',
    'xstate.done.actor.maintain': 'idle',
    'xstate.error.actor.maintain': 'idle',
    'xstate.after.roundDeadline.memory-worker.working': 'idle',
  },
  'working, the last try': {
    'agent.stop': 'stopped',
    'xstate.done.actor.maintain': 'idle',
    'xstate.error.actor.maintain': 'crashed',
    'xstate.after.roundDeadline.memory-worker.working': 'crashed',
  },
});

const of = memoryWorkerSubject;
const event = (label: string): EventObject => of.kernelEvents[label] as EventObject;
const outputOf = (name: string): unknown =>
  endingOf(enter(of, name).state.context as UpkeepContext);

describe('a memory worker', () => {
  test('works after its interval, and reports what it has done', () => {
    expect(timersOf(enter(of, 'idle'))).toMatchObject([[{}, 60_000]]);
    const done = follow(of, enter(of, 'working'), event('xstate.done.actor.maintain'));
    expect(factsOf(done)).toEqual([
      { type: 'memory.maintained', round: 1, report: upkeepReport },
      { type: 'memory.rested' },
    ]);
  });

  test('waits while another one has its place', () => {
    expect(timersOf(enter(of, 'standby'))).toMatchObject([[{}, standbyMs]]);
  });

  test('says what went wrong, and gives up after the third time in a row', () => {
    const facts = stepsTo(of, of.scenes.crashed as (typeof of.scenes)[string]).flatMap(factsOf);
    const failed = facts.filter(({ type }) => type === 'memory.failed');
    expect(failed).toMatchObject([1, 2, 3].map((round) => ({ round })));
    expect(outputOf('crashed')).toMatchObject({
      kind: 'crashed',
      fault: { code: 'memory.failed', message: 'no disk' },
    });
  });

  test('begins to count anew after a round that went well', () => {
    const last = enter(of, 'working, the last try');
    const well = follow(of, last, event('xstate.done.actor.maintain'));
    expect(well.state.context).toMatchObject({ failures: 0, fault: null });
  });

  test('stops when it is asked to, also in the middle of its work', () => {
    const stopped = follow(of, enter(of, 'working'), { type: 'agent.stop' });
    expect(factsOf(stopped)).toEqual([{ type: 'memory.stopped' }]);
    expect(outputOf('stopped')).toEqual({ kind: 'stopped' });
  });
});

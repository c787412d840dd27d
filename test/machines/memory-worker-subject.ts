/** The memory worker's machine in every state it can rest in, and how it gets there. */
import { memoryWorkerMachine } from '../../machines/memory-worker.ts';
import { subject } from './tables.ts';

const input = { intervalMs: 60_000 };
const done = (id: string, output: unknown) => ({
  type: `xstate.done.actor.${id}`,
  output,
  actorId: id,
});
const broken = (id: string) => ({
  type: `xstate.error.actor.${id}`,
  error: new Error('no disk'),
  actorId: id,
});
const after = (delay: string, state: string) => ({
  type: `xstate.after.${delay}.memory-worker.${state}`,
});

export const upkeepReport = {
  ...{ remembered: 1, inspected: 2, renewed: 3, outdated: 4, archived: 5 },
};
const missing = { code: 'memory.off', message: 'it is switched off', retryable: false };

const opened = [done('open', null)];
const idle = [...opened, done('register', 'registered')];
const working = [...idle, after('interval', 'idle')];
const failing = [...working, broken('maintain')];
const again = [after('interval', 'idle'), broken('maintain')];

export const memoryWorkerSubject = subject(memoryWorkerMachine, {
  scenes: {
    spawning: { at: 'spawning', input, path: [] },
    registering: { at: 'registering', input, path: opened },
    standby: { at: 'standby', input, path: [...opened, done('register', 'taken')] },
    idle: { at: 'idle', input, path: idle },
    'idle, after a failure': { at: 'idle', input, path: failing },
    working: { at: 'working', input, path: working },
    'working, the last try': {
      at: 'working',
      input,
      path: [...failing, ...again, after('interval', 'idle')],
    },
    stopped: { at: 'stopped', input, path: [...idle, { type: 'agent.stop' }] },
    crashed: { at: 'crashed', input, path: [...failing, ...again, ...again] },
  },
  kernelEvents: {
    'xstate.done.actor.open': done('open', null),
    'xstate.done.actor.open (a fault)': done('open', missing),
    'xstate.error.actor.open': broken('open'),
    'xstate.after.openDeadline.memory-worker.spawning': after('openDeadline', 'spawning'),
    'xstate.done.actor.register': done('register', 'registered'),
    'xstate.done.actor.register (taken)': done('register', 'taken'),
    'xstate.error.actor.register': broken('register'),
    'xstate.after.standby.memory-worker.standby': after('standby', 'standby'),
    'xstate.after.interval.memory-worker.idle': after('interval', 'idle'),
    'xstate.done.actor.maintain': done('maintain', upkeepReport),
    'xstate.error.actor.maintain': broken('maintain'),
    'xstate.after.roundDeadline.memory-worker.working': after('roundDeadline', 'working'),
  },
  passing: ['looking', 'reporting', 'excusing', 'handoff'],
});

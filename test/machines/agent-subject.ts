/** The agent machine in every state it can rest in, and how it gets there. */
import type { EventObject } from 'xstate';
import { agentMachine } from '../../machines/agent.ts';
import { alphabet, coder, coder1 } from './alphabet.ts';
import { crashFault, failed, lastingFault, missingFault, succeeded } from './outcomes.ts';
import { subject } from './tables.ts';

const staying = { id: coder1, role: coder, handoff: false, inbox: [] };
const leaving = { ...staying, handoff: true };

const done = (id: string, output: unknown) =>
  ({ type: `xstate.done.actor.${id}`, actorId: id, output }) as EventObject;
const broke = (id: string) =>
  ({ type: `xstate.error.actor.${id}`, actorId: id, error: new Error('torn') }) as EventObject;

const opened = done('open', null);
const toIdle = [opened, alphabet['agent.registered']];
const toWorking = [...toIdle, alphabet['agent.assign']];
const toReporting = [...toWorking, done('work', succeeded)];

export const agentSubject = subject(agentMachine, {
  scenes: {
    spawning: { at: 'spawning', input: staying, path: [] },
    registering: { at: 'registering', input: staying, path: [opened] },
    idle: { at: 'idle', input: staying, path: toIdle },
    working: { at: 'working', input: staying, path: toWorking },
    'working, asking a person': {
      at: 'working',
      input: staying,
      path: [...toWorking, alphabet['agent.ask']],
    },
    reporting: { at: 'reporting', input: staying, path: toReporting },
    'reporting, making room': { at: 'reporting', input: leaving, path: toReporting },
    'reporting its own end': {
      at: 'reporting',
      input: staying,
      path: [...toWorking, done('work', failed(crashFault))],
    },
    stopped: { at: 'stopped', input: staying, path: [alphabet['agent.stop']] },
    crashed: { at: 'crashed', input: staying, path: [done('open', missingFault)] },
  },
  kernelEvents: {
    'xstate.done.actor.open': opened,
    'xstate.done.actor.open (missing)': done('open', missingFault),
    'xstate.error.actor.open': broke('open'),
    'xstate.done.actor.work': done('work', succeeded),
    'xstate.done.actor.work (failed)': done('work', failed(lastingFault)),
    'xstate.done.actor.work (crashed)': done('work', failed(crashFault)),
    'xstate.error.actor.work': broke('work'),
    'xstate.after.spawnDeadline.agent.spawning': {
      type: 'xstate.after.spawnDeadline.agent.spawning',
    },
    'xstate.after.registerDeadline.agent.registering': {
      type: 'xstate.after.registerDeadline.agent.registering',
    },
    'xstate.after.reportDeadline.agent.reporting': {
      type: 'xstate.after.reportDeadline.agent.reporting',
    },
  },
  passing: ['looking', 'handoff'],
});

/** The supervisor machine in every state it can rest in, and how it gets there. */
import type { RoleSpec } from '../../machines/plan.ts';
import { supervisorMachine } from '../../machines/supervisor.ts';
import { alphabet, at, variants } from './alphabet.ts';
import { roleSpec } from './plans.ts';
import { subject } from './tables.ts';

const input = (role: Partial<RoleSpec>) => ({ role: roleSpec(role), seed: 1 });
const alone = input({ count: 1 });
const two = input({ count: 2, restart: 'one_for_all' });
const strict = input({ count: 1, maxRestarts: 0 });
const strictTwo = input({ count: 2, maxRestarts: 0 });
const empty = input({ count: 0 });

const crashed = variants['child.exited (crashed)'];
const stop = alphabet['supervisor.stop'];
const exited = alphabet['child.exited'];
const exited2 = { ...exited, child: at.coder2 };

export const supervisorSubject = subject(supervisorMachine, {
  scenes: {
    supervising: { at: 'supervising', input: alone, path: [] },
    'supervising, at the limit': { at: 'supervising', input: strict, path: [] },
    'supervising two, at the limit': { at: 'supervising', input: strictTwo, path: [] },
    'supervising, one resting': { at: 'supervising', input: alone, path: [crashed] },
    'supervising two, both resting': { at: 'supervising', input: two, path: [crashed] },
    'supervising nobody': { at: 'supervising', input: empty, path: [] },
    stopping: { at: 'stopping', input: alone, path: [stop] },
    'stopping two': { at: 'stopping', input: two, path: [stop] },
    'stopping two, the last has ended': { at: 'stopping', input: two, path: [stop, exited2] },
    stopped: { at: 'stopped', input: alone, path: [stop, exited] },
  },
  kernelEvents: {
    'xstate.after.stopDeadline.supervisor.stopping': {
      type: 'xstate.after.stopDeadline.supervisor.stopping',
    },
  },
  passing: ['starting', 'deciding', 'givingUp'],
});

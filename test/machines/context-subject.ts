/** The context machine in its one state, before and after somebody has set something. */
import { contextMachine } from '../../machines/context.ts';
import { alphabet } from './alphabet.ts';
import { subject } from './tables.ts';

export const contextSubject = subject(contextMachine, {
  scenes: {
    empty: { at: 'open', path: [] },
    'with one key': { at: 'open', path: [alphabet['context.set']] },
  },
  kernelEvents: {},
  passing: [],
});

/** The machines of the product, as they are proved: with what may happen to them in a run. */
import type { AnyStateMachine } from 'xstate';
import * as machines from '../../../../machines/index.ts';
import type { Rules, Subject } from '../subject.ts';
import { productRests } from './rests.ts';
import { aRun, samples } from './samples.ts';
import * as views from './views.ts';
import * as words from './vocabulary.ts';

function subject(
  machine: AnyStateMachine,
  parts: Partial<Omit<Subject, 'machine' | 'rules'>> & Pick<Rules, 'view' | 'admits' | 'home'>,
): Subject {
  const { view, admits, home, ...rest } = parts;
  const rests = productRests[machine.id] ?? {};
  const rules: Rules = {
    ...{ rests, waits: 'strict' },
    ...(view && { view }),
    ...(admits && { admits }),
    ...(home !== undefined && { home }),
  };
  return { machine, inputs: [undefined], events: samples, outputs: {}, rules, ...rest };
}

const agent = { id: words.coder1, role: words.coder, handoff: false, inbox: [] };
const verdict = { evidence: [] };
const free = { spec: words.task, open: 1, seed: 1 };
const account = { name: words.grok, limits: words.noLimits, at: words.dayBeganAt };

export const productSubjects: readonly Subject[] = [
  subject(machines.orchestratorMachine, {
    events: { ...samples, ...aRun },
    view: views.orchestratorView as never,
    admits: views.orchestratorAdmits as never,
  }),
  subject(machines.supervisorMachine, {
    inputs: [
      { role: words.role, seed: 1 },
      { role: { ...words.role, restart: 'one_for_all' }, seed: 1 },
      { role: { ...words.role, count: 0 }, seed: 1 },
    ],
  }),
  subject(machines.taskMachine, {
    inputs: [
      free,
      { ...free, open: 0, spec: { ...words.task, checked: false } },
      { ...free, spec: { ...words.task, gathers: words.gathers } },
      { ...free, open: 0, spec: { ...words.task, retries: 0, handoffs: words.handoffs } },
      { ...free, open: 0, spec: { ...words.task, retries: 0, fallback: words.fallback } },
      { ...free, open: 0, spec: { ...words.task, ...words.splitWhenFailed } },
      { ...free, open: 0, spec: { ...words.task, ...words.askedWhenFailed } },
      { ...free, open: 0, spec: { ...words.task, approveWithinMs: 9_000 } },
      { ...free, open: 0, spec: { ...words.task, review: words.review } },
      { ...free, open: 0, spec: { ...words.task, resolver: words.medic } },
      { ...free, open: 0, spec: { ...words.task, delegation: words.delegation } },
      { ...free, open: 0, spec: { ...words.task, delegation: words.asksFirst } },
    ],
    outputs: {
      verify: [null, words.passing, words.lasting, words.conflict].map((fault) => ({
        ...verdict,
        fault,
      })),
      recall: [words.interrupted],
    },
    view: views.taskView as never,
    admits: views.taskAdmits as never,
  }),
  subject(machines.agentMachine, {
    inputs: [agent, { ...agent, handoff: true }],
    outputs: {
      open: [null, words.missing],
      work: [words.succeeded, words.failed(words.passing), words.failed(words.crashed)],
    },
    view: views.agentView as never,
  }),
  subject(machines.contextMachine, { view: views.sharedView as never, home: 'open' }),
  subject(machines.memoryWorkerMachine, {
    inputs: [{ intervalMs: 60_000 }],
    outputs: {
      open: [null, words.missing],
      register: ['registered', 'taken'],
      maintain: [words.upkeepReport],
    },
    view: views.upkeepView as never,
  }),
  subject(machines.accountMachine, {
    inputs: [{}, { concurrency: 1 }, { usdPerDay: 0.3 }].map((limits) => {
      return { ...account, limits: { ...words.noLimits, ...limits } };
    }),
    view: views.accountView as never,
    home: 'available',
  }),
];

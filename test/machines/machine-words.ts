/** What the machines say in all the scenes of their tables: gathered by stepping through them. */
import type { EventObject } from 'xstate';
import type { Step } from '../../src/kernel/state.ts';
import { accountSubject } from './account-subject.ts';
import { agentSubject } from './agent-subject.ts';
import { contextSubject } from './context-subject.ts';
import { factsOf, messagesOf } from './effects.ts';
import { memoryWorkerSubject } from './memory-worker-subject.ts';
import { orchestratorSubject } from './orchestrator-subject.ts';
import { supervisorSubject } from './supervisor-subject.ts';
import { enter, eventsFor, follow, type Scene, type Subject, stateText } from './tables.ts';
import { taskSubject } from './task-subject.ts';

export const subjects: readonly Subject[] = [
  orchestratorSubject,
  taskSubject,
  agentSubject,
  supervisorSubject,
  contextSubject,
  accountSubject,
  memoryWorkerSubject,
];

export interface Word {
  readonly machine: string;
  readonly kind: 'message' | 'fact';
  readonly type: string;
  /** Who hears it: `task/*`; empty for a fact. */
  readonly to: string;
  /** The state it was in. */
  readonly state: string;
  /** What made it speak; empty at its birth. */
  readonly cause: string;
}

export const wordsOf = (of: Subject): readonly Word[] =>
  unique(Object.entries(of.scenes).flatMap(([name, scene]) => sceneWords(of, name, scene)));

function sceneWords(of: Subject, name: string, { input, path }: Scene): Word[] {
  const words: Word[] = [];
  let last = of.chart.initial(input);
  words.push(...stepWords(of, last, '', ''));
  for (const event of path) {
    const state = stateText(last.state);
    last = follow(of, last, event);
    words.push(...stepWords(of, last, state, event.type));
  }
  const { state } = enter(of, name);
  if (state.status !== 'active') return words;
  const tried = eventsFor(of, state).map(([, event]): [EventObject, Step] => {
    return [event, of.chart.step(state, event)];
  });
  const said = tried.flatMap(([event, step]) => stepWords(of, step, stateText(state), event.type));
  return [...words, ...said];
}

function stepWords({ machine }: Subject, step: Step, state: string, cause: string): Word[] {
  const said = { machine: machine.id, state, cause };
  const messages = messagesOf(step).map(([to, { type }]): Word => {
    return { ...said, kind: 'message', type, to: to.replace(/\/.*/, '/*') };
  });
  const facts = factsOf(step).map(({ type }): Word => ({ ...said, kind: 'fact', type, to: '' }));
  return [...messages, ...facts];
}

function unique(words: readonly Word[]): Word[] {
  return [...new Map(words.map((word) => [JSON.stringify(word), word])).values()];
}

/** What a step wants of the world, in the words that tests compare. */
import type { EventObject } from 'xstate';
import type { TroupeEvent } from '../../machines/events.ts';
import type { SpawnWish } from '../../machines/messages.ts';
import type { Effect } from '../../src/kernel/effects.ts';
import type { Step } from '../../src/kernel/state.ts';

type Kind = Effect['kind'];

function only<Of extends Kind>(step: Step, kind: Of): (Effect & { kind: Of })[] {
  return step.effects.filter((effect): effect is Effect & { kind: Of } => effect.kind === kind);
}

/** One entry for each receiver, in order. */
export function messagesOf(step: Step): [to: string, event: TroupeEvent][] {
  return only(step, 'send')
    .flatMap(({ messages }) => messages)
    .flatMap(({ to, event }) => {
      const receivers = (Array.isArray(to) ? to : [to]) as string[];
      return receivers.map((one): [string, TroupeEvent] => [one, event as TroupeEvent]);
    });
}

export function factsOf(step: Step): EventObject[] {
  return only(step, 'fact').map(({ event }) => event);
}

export function actsOf(step: Step): [name: string, params: unknown][] {
  return only(step, 'act').map(({ name, params }) => [name, params]);
}

export function timersOf(step: Step): [event: EventObject, delayMs: number][] {
  return only(step, 'timer.set').map(({ event, delayMs }) => [event, delayMs]);
}

/** How many timers the step called off. */
export function timersCancelled(step: Step): number {
  return only(step, 'timer.cancel').length;
}

export function spawnsOf(step: Step): SpawnWish[] {
  return only(step, 'spawn').flatMap(({ wishes }) => wishes);
}

export function stopsOf(step: Step): string[] {
  return only(step, 'stop').flatMap(({ addresses }) => addresses);
}

export function invokesOf(step: Step): [id: string, input: unknown][] {
  return only(step, 'invoke.start').map(({ id, input }) => [id, input]);
}

export function ceasesOf(step: Step): string[] {
  return only(step, 'invoke.stop').map(({ id }) => id);
}

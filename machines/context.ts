/** What all agents of a run know of each other: set by whoever saw the latest version. */
import { assign, emit, setup } from 'xstate';
import type { Fact, TroupeEvent } from './events.ts';
import { kernelActions } from './messages.ts';
import * as shared from './rules/shared-context.ts';

export const contextMachine = setup({
  types: {
    context: {} as shared.SharedContext,
    events: {} as TroupeEvent,
    emitted: {} as Fact,
  },
  actions: kernelActions,
  guards: {
    fits: ({ context, event }) =>
      event.type === 'context.set' && shared.contextRefusal(context, event) === null,
  },
}).createMachine({
  id: 'context',
  version: '1',
  context: shared.emptyContext,
  initial: 'open',
  states: {
    open: {
      on: {
        'context.set': [
          {
            guard: 'fits',
            actions: [
              assign(({ context, event }) => shared.contextChanged(context, event)),
              emit(({ context, event: { key, value, by } }) => ({
                ...{ type: 'context.changed', key, value, by, version: context.version },
              })),
            ],
          },
          {
            actions: emit(({ context, event }) => ({
              type: 'context.refused',
              key: event.key.slice(0, shared.keyCharactersMax),
              by: event.by,
              reason: shared.refusedFor(context, event),
              version: shared.versionAt(context, event.key),
            })),
          },
        ],
      },
    },
  },
});

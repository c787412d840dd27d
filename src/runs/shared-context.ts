/** What all agents of a run know of each other: read, and set by whoever saw the latest version. */
import { assertNever } from '../../machines/errors.ts';
import { contextAddress, orchestratorAddress } from '../../machines/ids.ts';
import { contextMachine } from '../../machines/index.ts';
import {
  type ContextRefusal,
  contextCharactersMax,
  contextRefusal,
  emptyContext,
  entriesMax,
  keyCharactersMax,
  type SharedContext,
  valueCharactersMax,
  versionAt,
} from '../../machines/rules/shared-context.ts';
import type { Core } from '../kernel/core.ts';
import type { System } from '../kernel/system.ts';
import { UserError } from '../kernel/user-error.ts';

export type { SharedContext, SharedEntry } from '../../machines/rules/shared-context.ts';

export interface ContextChange {
  readonly key: string;
  /** Null: it is taken away. */
  readonly value: string | null;
  /** Only when it still has this version, 0 for none; null, or left out: whatever it has. */
  readonly ifVersion?: number | null;
  /** An agent, or a person. */
  readonly by: string;
}

export function contextOf(core: Core): SharedContext {
  const actor = core.registry.lookUp(contextAddress);
  return (actor?.state.context as SharedContext | undefined) ?? emptyContext;
}

export class RunContext {
  readonly #system: System;

  constructor(system: System) {
    this.#system = system;
  }

  show(): SharedContext {
    return contextOf(this.#system.core);
  }

  /** Resolves with its version when that is safe; throws a UserError for what can't be set. */
  async set({ key, value, ifVersion = null, by }: ContextChange): Promise<number> {
    const { core } = this.#system;
    if (core.registry.lookUp(orchestratorAddress)?.alive === false) throw over();
    if (!core.registry.lookUp(contextAddress)) {
      this.#system.spawn(contextMachine, { id: contextAddress });
    }
    const event = { type: 'context.set', key, value, ifVersion, by } as const;
    // Stepped at once: what it was refused for is what stood there when it came.
    const refusal = contextRefusal(this.show(), event);
    const had = versionAt(this.show(), key);
    const safe = this.#system.send(contextAddress, event);
    const { version } = this.show();
    await safe;
    if (refusal !== null) throw refused(refusal, key, had, ifVersion);
    return version;
  }
}

function over(): UserError {
  const message = 'the run is over: what its agents shared stays as it is';
  return new UserError('run.over', message, 'read it: troupe context show RUN');
}

function refused(why: ContextRefusal, key: string, had: number, wanted: number | null): UserError {
  const code = `context.${why.replace(' ', '-')}`;
  switch (why) {
    case 'conflict': {
      const message = `"${key}" has version ${had} and not ${wanted}: somebody else has set it`;
      return new UserError(code, message, `look at it, then set it with version ${had}`);
    }
    case 'bad key': {
      const hint = `use at most ${keyCharactersMax} letters, digits and ._/- after the first`;
      return new UserError(code, `"${key.slice(0, keyCharactersMax)}" is no key`, hint);
    }
    case 'too long': {
      const message = `the value of "${key}" has more than ${valueCharactersMax} characters`;
      return new UserError(code, message, 'put it into a file, and share where that is');
    }
    case 'full': {
      const most = `${entriesMax} keys and ${contextCharactersMax} characters`;
      const message = `there is no room for "${key}": all agents share ${most}`;
      return new UserError(code, message, 'take away what nobody needs any more');
    }
    default:
      return assertNever(why);
  }
}

/** Tells what the actors of a run do, step by step, in the words of the Stately inspector. */
import type { EventObject } from 'xstate';
import type { Actor } from '../../kernel/actor.ts';
import type { Core } from '../../kernel/core.ts';
import { statelyJson } from '../export/stately-json.ts';
import { withoutSecrets } from './hiding.ts';
import { type ActorMessage, type WireMessage, type WireSnapshot, wireVersion } from './wire.ts';

/** A larger context is left out: a page that hangs shows less than one that says so. */
const contextMaxCharacters = 200_000;

export class Tap {
  readonly #run: string;
  readonly #core: Core;
  readonly #tell: (message: WireMessage) => void;
  readonly #sessions = new WeakMap<Actor, string>();
  readonly #introduced = new WeakSet<Actor>();
  readonly #births = new Map<string, number>();
  readonly #definitions = new Map<string, string>();
  #count = 0;

  /** Hears of every step that the core takes from now on. */
  constructor(run: string, core: Core, tell: (message: WireMessage) => void) {
    this.#run = run;
    this.#core = core;
    this.#tell = tell;
    for (const actor of core.registry.living()) this.#introduce(actor);
    core.onStep = (actor, event) => this.#step(actor, event);
  }

  #step(actor: Actor, event: EventObject | null): void {
    this.#introduce(actor);
    if (event === null) return;
    const told = withoutSecrets(plainEvent(event));
    this.#tell({ ...this.#base('@xstate.event', actor), sourceId: undefined, event: told });
    const snapshot = snapshotOf(actor);
    this.#tell({ ...this.#base('@xstate.snapshot', actor), event: told, snapshot });
  }

  /** Once, and whoever stands above it first: a birth is heard before its parent's is over. */
  #introduce(actor: Actor): void {
    if (this.#introduced.has(actor)) return;
    this.#introduced.add(actor);
    const above = actor.ties.supervisor ?? actor.ties.parent?.address;
    const parent = above === undefined ? undefined : this.#core.registry.find(above);
    if (parent) this.#introduce(parent);
    this.#tell(this.#birthOf(actor, parent));
  }

  #birthOf(actor: Actor, parent: Actor | undefined): ActorMessage {
    return {
      ...this.#base('@xstate.actor', actor),
      name: actor.address,
      parentId: parent && this.#sessionOf(parent),
      definition: this.#definitionOf(actor),
      snapshot: snapshotOf(actor),
    };
  }

  #base<Type extends WireMessage['type']>(type: Type, actor: Actor) {
    this.#count += 1;
    return {
      type,
      rootId: this.#run,
      sessionId: this.#sessionOf(actor),
      createdAt: String(this.#core.at),
      id: `${this.#core.n}.${this.#count}`,
      _version: wireVersion,
    };
  }

  /** A successor under the same address is somebody else. */
  #sessionOf(actor: Actor): string {
    const known = this.#sessions.get(actor);
    if (known !== undefined) return known;
    const { address } = actor;
    const birth = (this.#births.get(address) ?? 0) + 1;
    this.#births.set(address, birth);
    const session = `${this.#run}/${address}${birth === 1 ? '' : `#${birth}`}`;
    this.#sessions.set(actor, session);
    return session;
  }

  #definitionOf({ chart }: Actor): string {
    const known = this.#definitions.get(chart.key);
    if (known !== undefined) return known;
    const definition = JSON.stringify(withoutSecrets(statelyJson(chart.origin)));
    this.#definitions.set(chart.key, definition);
    return definition;
  }
}

/** What the kernel makes of the end of work is a class of its own: only its data is told. */
const plainEvent = (event: EventObject): { readonly type: string } => ({ ...event });

function snapshotOf({ state }: Actor): WireSnapshot {
  const { status, at, context, output, error } = state;
  return {
    status,
    value: at.value,
    context: boundedContext(context),
    ...(output !== undefined && { output: withoutSecrets(output) }),
    ...(error !== undefined && {
      error: withoutSecrets(String((error as Error).message ?? error)),
    }),
  };
}

function boundedContext(context: unknown): unknown {
  const clean = withoutSecrets(context);
  const { length } = JSON.stringify(clean) ?? '';
  return length > contextMaxCharacters ? { leftOut: `${length} characters` } : clean;
}

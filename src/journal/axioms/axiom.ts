/** What an axiom is: a sentence that holds of every run, and who looks whether it does. */
import type { Fact } from '../../../machines/events.ts';
import type { Core } from '../../kernel/core.ts';
import type { LoggedInput } from '../../kernel/log.ts';
import type { Wish } from '../../kernel/wish.ts';
import type { Attempts } from './attempts.ts';
import type { Ground } from './ground.ts';
import type { Sighting } from './sighting.ts';

export interface Axiom {
  /** For programs and for the command line: `tasks-end-once`. */
  readonly name: string;
  /** For people, one sentence. */
  readonly says: string;
  /** Begins to look at one run. */
  readonly watch: (ground: Ground, blame: Blame) => Watch;
}

/** Where in the journal it shows; nowhere when the world saw it. */
export interface Place {
  readonly n: number | null;
  readonly at: number | null;
}

export type Blame = (message: string, place: Place) => void;

/** A fact, and the input that led to it. */
export interface Told {
  readonly n: number;
  readonly at: number;
  readonly actor: string;
  readonly fact: Fact;
}

/** One input and all that followed from it. */
export interface Step {
  readonly n: number;
  readonly at: number;
  readonly record: LoggedInput;
  readonly wishes: readonly Wish[];
  readonly attempts: Attempts;
  /** As it stands after the input. */
  readonly core: Core;
}

/** Each call costs the same however long the run is. The world is looked at after the journal. */
export interface Watch {
  /** Before an input is applied. */
  readonly before?: (record: LoggedInput, core: Core) => void;
  readonly fact?: (told: Told) => void;
  readonly step?: (step: Step) => void;
  readonly sight?: (sighting: Sighting) => void;
  /** Called once, when everything was seen. */
  readonly end?: (core: Core, last: Place) => void;
}

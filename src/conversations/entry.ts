/** What a conversation is made of: one entry is one line of its file, in the order it was told. */
import type { Fault, Outcome, Usage } from '../../machines/outcome.ts';
import type { AgentEvent } from '../agents/agent.ts';

/** The first line: who talks about what, where. */
export interface Heading {
  readonly type: 'conversation.begun';
  /** Of the format. */
  readonly v: 1;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly run: string;
  readonly task: string;
  readonly role: string;
  readonly agent: string;
  readonly attempt: number;
  readonly token: number;
  readonly adapter: string;
  /** Absolute: where the agent works. */
  readonly cwd: string;
  /** The agent's own session that it goes on with; null for a new one. */
  readonly continues: string | null;
}

/** The last line; a conversation without one goes on, or was cut off by a kill. */
export interface Ending {
  readonly type: 'conversation.ended';
  readonly at: number;
  readonly outcome: Outcome['kind'];
  readonly fault: Fault | null;
  readonly usage: Usage;
  readonly durationMs: number;
  /** The agent's name for the session; null when it has none to go on with. */
  readonly session: string | null;
  /** Texts that it wrote, and tools that it called. */
  readonly texts: number;
  readonly calls: number;
}

/** A text that is too long for its line: all of it lies under the run's folder. */
export interface Shortened {
  readonly full: string;
  readonly characters: number;
}

type Told =
  | AgentEvent
  | { readonly type: 'prompt.given'; readonly text: string }
  /** More was said than a conversation keeps; `rest` is where all of it lies, if anywhere. */
  | { readonly type: 'words.cut'; readonly what: string; readonly rest: string | null };

export type Message = { readonly at: number; readonly whole?: Shortened } & Told;

export type Entry = Heading | Message | Ending;

/** `latest/3`: the run, and the token of the attempt. */
export const conversationId = ({ run, token }: Pick<Heading, 'run' | 'token'>): string =>
  `${run}/${token}`;

/** Under the run's folder. */
export const conversationsFolder = 'conversations';

export const conversationFile = (token: number): string => `${conversationsFolder}/${token}.jsonl`;

export const wholeTextFile = (token: number, count: number): string =>
  `${conversationsFolder}/${token}/${count}.txt`;

/** What house and page say to each other of memory: plain JSON, the same words on both sides. */

/** How memory is looked after. */
export interface CareLine {
  /** Of its worker: `idle`, `working`, `standby`, ... */
  readonly state: string;
  readonly last: {
    readonly at: number;
    readonly remembered: number;
    readonly inspected: number;
    readonly archived: number;
    /** Empty when all went well. */
    readonly problem: string;
  } | null;
}

export interface PromptLine {
  readonly name: string;
  readonly category: string;
  readonly tags: readonly string[];
  readonly versions: number;
  readonly savedAt: number;
}

/** A version of a prompt, and what has changed in it since an older one. */
export interface PromptPaper {
  readonly name: string;
  readonly text: string;
  readonly version: number;
  readonly versions: number;
  readonly older: number;
  readonly changes: readonly {
    readonly kind: 'same' | 'added' | 'removed';
    readonly line: string;
  }[];
}

export interface ConversationLine {
  readonly id: string;
  readonly run: string;
  readonly task: string;
  readonly agent: string;
  readonly attempt: number;
  readonly at: number;
  readonly excerpt: string;
  readonly state: string;
  /** Empty while it goes on. */
  readonly outcome: string;
  readonly durationMs: number;
}

export interface SpeechRow {
  readonly who: string;
  readonly at: number;
  readonly text: string;
}

export interface DocumentLine {
  readonly name: string;
  readonly versions: number;
  readonly run: string;
  readonly task: string;
  readonly status: string;
  readonly at: number;
  readonly bytes: number;
}

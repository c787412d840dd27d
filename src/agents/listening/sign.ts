/** What agents of every make tell of their work, in one vocabulary: a sign is one of these. */
import type { Usage } from '../../../machines/outcome.ts';
import type { Headers } from '../../../machines/rules/rate-headers.ts';
import type { Reset, Trouble } from '../trouble.ts';

export type Sign =
  /** The agent keeps its work under this name, to go on with it later. */
  | { readonly type: 'session.opened'; readonly session: string; readonly model: string | null }
  /** `part`: goes on where the last part ended. */
  | { readonly type: 'text.written'; readonly text: string; readonly piece: 'whole' | 'part' }
  | { readonly type: 'thought.told'; readonly text: string }
  | {
      readonly type: 'tool.called';
      readonly call: string;
      readonly tool: string;
      /** As JSON, shortened: enough to tell the same call from another one. */
      readonly input: string;
    }
  | {
      readonly type: 'tool.ended';
      readonly call: string;
      readonly how: 'succeeded' | 'failed' | 'denied';
    }
  /** It wanted what it may not do, and nobody was there to allow it. */
  | { readonly type: 'permission.asked'; readonly tool: string; readonly reason: string }
  /** `over`: what the numbers are the sum of. */
  | {
      readonly type: 'usage.counted';
      readonly over: 'step' | 'attempt' | 'session';
      readonly usage: Usage;
    }
  /** What its model was given and gave in its last call: so much its context holds. */
  | { readonly type: 'context.held'; readonly tokens: number }
  /** Its model would not answer for now; `until` when it said when it will. */
  | { readonly type: 'rate.limited'; readonly message: string; readonly until: Reset | null }
  /** What its provider said of the limits of its account, as headers say it. */
  | { readonly type: 'limits.told'; readonly headers: Headers }
  /** A request failed in another way, and the agent is about to try again. */
  | { readonly type: 'request.failed'; readonly trouble: Trouble }
  /** The agent's own word on how its turn ended; `answer` when it repeats it there. */
  | {
      readonly type: 'turn.ended';
      readonly trouble: Trouble | null;
      readonly answer: string | null;
    };

/** Of a tool's input, what is kept: two calls that differ later count as one. */
const inputMaxCharacters = 2_000;

export const inputText = (input: unknown): string =>
  (JSON.stringify(input) ?? '').slice(0, inputMaxCharacters);

/** How full an agent's context is, by what it tells of its tokens; purely. */
import type { AgentEvent } from '../agents/agent.ts';

/** A person is told at these; at the last its work is handed over. */
const warnedAt = [70, 85] as const;
export const handedAt = 92;

/** Tokens that its model was given and gave in one call: what its context holds. */
export function heldTokens(event: AgentEvent): number | null {
  if (event.type === 'context.held') return event.tokens;
  if (event.type !== 'usage.counted' || event.over !== 'step') return null;
  return event.usage.inputTokens + event.usage.outputTokens;
}

export class Filling {
  readonly #windowTokens: number;
  #percent = 0;

  constructor(windowTokens: number) {
    this.#windowTokens = windowTokens;
  }

  /** The marks that are passed by this, the lowest first. */
  hear(tokens: number): readonly number[] {
    const percent = Math.floor((100 * tokens) / this.#windowTokens);
    const passed = [...warnedAt, handedAt].filter(
      (mark) => this.#percent < mark && percent >= mark,
    );
    this.#percent = Math.max(this.#percent, percent);
    return passed;
  }
}

/** What a service says that a call has used, in the words that all agents share. */
import type { Usage } from '../../../machines/outcome.ts';
import { countAt, numberAt } from '../loose-json.ts';

/** Null when it says nothing. `costUsd` is what it says that it billed; null: by its price. */
export function usageOf(said: unknown, ticksPerUsd: number): Usage | null {
  const inputTokens = whole(countAt(said, 'prompt_tokens'));
  const outputTokens = outputOf(said);
  const costUsd = costOf(said, ticksPerUsd);
  if (inputTokens + outputTokens === 0 && costUsd === null) return null;
  const cachedTokens = whole(countAt(said, 'prompt_tokens_details', 'cached_tokens'));
  return { inputTokens, outputTokens, ...(cachedTokens > 0 && { cachedTokens }), costUsd };
}

/** Some count what was thought within the completion, some on top of it: the total tells. */
function outputOf(said: unknown): number {
  const written = whole(countAt(said, 'completion_tokens'));
  const thought = whole(countAt(said, 'completion_tokens_details', 'reasoning_tokens'));
  const total = countAt(said, 'total_tokens');
  const isOnTop = total >= countAt(said, 'prompt_tokens') + written + thought;
  return isOnTop ? written + thought : written;
}

function costOf(said: unknown, ticksPerUsd: number): number | null {
  const ticks = numberAt(said, 'cost_in_usd_ticks');
  if (ticks !== null && ticks >= 0) return Number((ticks / ticksPerUsd).toFixed(9));
  const usd = numberAt(said, 'cost');
  return usd !== null && usd >= 0 ? usd : null;
}

/** No counter is larger than what a number can hold exactly. */
const whole = (count: number): number => Math.min(Number.MAX_SAFE_INTEGER, Math.round(count));

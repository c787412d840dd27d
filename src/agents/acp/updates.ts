/** What an agent's updates over ACP say, in the words that all agents share. Pure. */

import { inputText, type Sign } from '../listening/sign.ts';
import { countAt, mapAt, numberAt, textAt } from '../loose-json.ts';
import { type Trouble, trouble } from '../trouble.ts';

export function signsOfUpdate(update: unknown): readonly Sign[] {
  switch (textAt(update, 'sessionUpdate')) {
    case 'agent_message_chunk': {
      const text = textAt(update, 'content', 'text') ?? '';
      return text === '' ? [] : [{ type: 'text.written', text, piece: 'part' }];
    }
    case 'agent_thought_chunk':
      return [{ type: 'thought.told', text: textAt(update, 'content', 'text') ?? '' }];
    case 'tool_call':
      return [called(update), ...endOf(update)];
    case 'tool_call_update':
      return endOf(update);
    case 'usage_update':
      return costOf(update);
    default:
      return [];
  }
}

function called(update: unknown): Sign {
  const tool = textAt(update, 'name') ?? textAt(update, 'kind') ?? 'tool';
  const { rawInput, title, locations } = mapAt(update);
  const input = inputText(rawInput ?? { title, locations });
  return { type: 'tool.called', call: textAt(update, 'toolCallId') ?? '', tool, input };
}

function endOf(update: unknown): readonly Sign[] {
  const status = textAt(update, 'status');
  if (status !== 'completed' && status !== 'failed') return [];
  const how = status === 'completed' ? 'succeeded' : 'failed';
  return [{ type: 'tool.ended', call: textAt(update, 'toolCallId') ?? '', how }];
}

/** How full its memory is says nothing about what was used. */
function costOf(update: unknown): readonly Sign[] {
  const amount = numberAt(update, 'cost', 'amount');
  if (amount === null || textAt(update, 'cost', 'currency') !== 'USD') return [];
  const usage = { inputTokens: 0, outputTokens: 0, costUsd: Math.max(0, amount) };
  return [{ type: 'usage.counted', over: 'session', usage }];
}

/** What the answer to a prompt says of its end; tokens only where the agent counts them. */
export function signsOfEnd(response: unknown, costUsd: number | null): readonly Sign[] {
  const reason = textAt(response, 'stopReason') ?? 'no reason';
  const ended: Sign = { type: 'turn.ended', trouble: troubleOf(reason), answer: null };
  const said = mapAt(response, 'usage');
  const inputTokens =
    countAt(said, 'inputTokens') +
    countAt(said, 'cachedReadTokens') +
    countAt(said, 'cachedWriteTokens');
  const outputTokens = countAt(said, 'outputTokens') + countAt(said, 'thoughtTokens');
  if (inputTokens + outputTokens === 0) return [...quotaOf(response, costUsd), ended];
  const usage = { inputTokens, outputTokens, costUsd };
  return [{ type: 'usage.counted', over: 'session', usage }, ended];
}

/** Gemini's own way to tell what its last turn has used. */
function quotaOf(response: unknown, costUsd: number | null): readonly Sign[] {
  const said = mapAt(response, '_meta', 'quota', 'token_count');
  const usage = {
    inputTokens: countAt(said, 'input_tokens'),
    outputTokens: countAt(said, 'output_tokens'),
    costUsd,
  };
  if (usage.inputTokens + usage.outputTokens === 0) return [];
  return [{ type: 'usage.counted', over: 'attempt', usage }];
}

function troubleOf(reason: string): Trouble | null {
  switch (reason) {
    case 'end_turn':
      return null;
    case 'refusal':
      return trouble('refused', 'the agent refused');
    case 'max_turn_requests':
      return trouble('turns', 'its turns are taken');
    default:
      return trouble('malformed', `the agent stopped early: ${reason}`);
  }
}

/** One model's answer written in each provider's streaming format, for programs that expect it. */

export type Protocol = 'messages' | 'responses' | 'chat' | 'gemini';

/** What the scripted model does in its turn. */
export type Turn =
  | { readonly kind: 'says'; readonly text: string; readonly tokens?: number }
  | { readonly kind: 'calls'; readonly tool: string; readonly input: object };

const inputTokens = 1_000;
const outputTokens = 25;

/** The lines of the answer as they go over the wire, each an event of its own. */
export function framesOf(protocol: Protocol, turn: Turn, number: number): readonly string[] {
  switch (protocol) {
    case 'messages':
      return messagesFrames(turn, number);
    case 'responses':
      return responsesFrames(turn, number);
    case 'chat':
      return chatFrames(turn, number);
    case 'gemini':
      return [`data: ${JSON.stringify(geminiFrame(turn))}\r\n\r\n`];
  }
}

export const typeOf = (protocol: Protocol, isStream: boolean): string =>
  isStream || protocol === 'responses' ? 'text/event-stream' : 'application/json';

const tokensOf = (turn: Turn): number =>
  turn.kind === 'says' ? (turn.tokens ?? inputTokens) : inputTokens;

const named = (event: { readonly type: string }): string =>
  `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

function messagesFrames(turn: Turn, number: number): readonly string[] {
  const usage = { input_tokens: tokensOf(turn), output_tokens: 1 };
  const message = {
    ...{ id: `msg_${number}`, type: 'message', role: 'assistant', model: 'scripted' },
    ...{ content: [], stop_reason: null, stop_sequence: null, usage },
  };
  const [block, delta] =
    turn.kind === 'says'
      ? [
          { type: 'text', text: '' },
          { type: 'text_delta', text: turn.text },
        ]
      : [
          { type: 'tool_use', id: `toolu_${number}`, name: turn.tool, input: {} },
          { type: 'input_json_delta', partial_json: JSON.stringify(turn.input) },
        ];
  const stop_reason = turn.kind === 'says' ? 'end_turn' : 'tool_use';
  return [
    named({ type: 'message_start', message } as never),
    named({ type: 'content_block_start', index: 0, content_block: block } as never),
    named({ type: 'content_block_delta', index: 0, delta } as never),
    named({ type: 'content_block_stop', index: 0 } as never),
    named({
      type: 'message_delta',
      delta: { stop_reason, stop_sequence: null },
      usage: { output_tokens: outputTokens },
    } as never),
    named({ type: 'message_stop' }),
  ];
}

function responsesFrames(turn: Turn, number: number): readonly string[] {
  const id = `resp_${number}`;
  const item =
    turn.kind === 'says'
      ? {
          ...{ type: 'message', role: 'assistant', id: `item_${number}` },
          content: [{ type: 'output_text', text: turn.text }],
        }
      : {
          ...{ type: 'function_call', id: `item_${number}`, call_id: `call_${number}` },
          ...{ name: turn.tool, arguments: JSON.stringify(turn.input) },
        };
  const usage = {
    ...{ input_tokens: tokensOf(turn), input_tokens_details: { cached_tokens: 0 } },
    ...{ output_tokens: outputTokens, output_tokens_details: { reasoning_tokens: 0 } },
    total_tokens: tokensOf(turn) + outputTokens,
  };
  return [
    named({ type: 'response.created', response: { id } } as never),
    named({ type: 'response.output_item.done', output_index: 0, item } as never),
    named({ type: 'response.completed', response: { id, usage } } as never),
  ];
}

function chatFrames(turn: Turn, number: number): readonly string[] {
  const base = { id: `chat_${number}`, object: 'chat.completion.chunk', created: 1, model: 'm' };
  const call = (tool: string, input: object) => ({
    ...{ index: 0, id: `call_${number}`, type: 'function' },
    function: { name: tool, arguments: JSON.stringify(input) },
  });
  const delta =
    turn.kind === 'says'
      ? { role: 'assistant', content: turn.text }
      : { role: 'assistant', content: null, tool_calls: [call(turn.tool, turn.input)] };
  const finish_reason = turn.kind === 'says' ? 'stop' : 'tool_calls';
  const usage = {
    ...{ prompt_tokens: tokensOf(turn), completion_tokens: outputTokens },
    total_tokens: tokensOf(turn) + outputTokens,
  };
  const frame = (chunk: object): string => `data: ${JSON.stringify({ ...base, ...chunk })}\n\n`;
  return [
    frame({ choices: [{ index: 0, delta, finish_reason: null }] }),
    frame({ choices: [{ index: 0, delta: {}, finish_reason }] }),
    frame({ choices: [], usage }),
    'data: [DONE]\n\n',
  ];
}

function geminiFrame(turn: Turn): object {
  const part =
    turn.kind === 'says'
      ? { text: turn.text }
      : { functionCall: { name: turn.tool, args: turn.input } };
  return {
    candidates: [{ content: { role: 'model', parts: [part] }, finishReason: 'STOP', index: 0 }],
    usageMetadata: {
      ...{ promptTokenCount: tokensOf(turn), candidatesTokenCount: outputTokens },
      totalTokenCount: tokensOf(turn) + outputTokens,
    },
  };
}

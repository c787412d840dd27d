/** How Claude Code asks for permission over its stdio, and what it wants to hear. */

import { denialWords } from '../asking.ts';
import { inputText } from '../listening/sign.ts';
import { mapAt, textAt } from '../loose-json.ts';
import type { AskingDialect } from './dialect.ts';

export const claudeAsking: AskingDialect = {
  mark: '"control_request"',
  promptLine: (prompt) => lineOf({ type: 'user', message: { role: 'user', content: prompt } }),
  read(line) {
    const id = textAt(line, 'request_id');
    if (textAt(line, 'type') !== 'control_request' || id === null) return { kind: 'nothing' };
    const request = mapAt(line, 'request');
    if (request.subtype !== 'can_use_tool') {
      const error = `${String(request.subtype)} is not known here`;
      return { kind: 'unknown', answer: responseOf({ subtype: 'error', request_id: id, error }) };
    }
    const input = mapAt(request, 'input');
    return {
      ...{ kind: 'question', tool: textAt(request, 'tool_name') ?? 'a tool' },
      input: inputText(input),
      answer: (leave) => {
        const response =
          leave.answer === 'allow'
            ? { behavior: 'allow', updatedInput: input }
            : { behavior: 'deny', message: denialWords(leave) };
        return responseOf({ subtype: 'success', request_id: id, response });
      },
    };
  },
};

const lineOf = (message: object): string => `${JSON.stringify(message)}\n`;

const responseOf = (response: object): string => lineOf({ type: 'control_response', response });

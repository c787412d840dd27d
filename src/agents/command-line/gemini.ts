/** Gemini CLI: `gemini -o stream-json`. */
import { join } from 'node:path';
import { inputText, type Sign } from '../listening/sign.ts';
import { countAt, mapAt, textAt } from '../loose-json.ts';
import { type Trouble, troubleFrom } from '../trouble.ts';
import {
  commonHint,
  type Dialect,
  homeFolder,
  type Order,
  type Permissions,
  present,
} from './dialect.ts';

const logIn = 'log in by starting `gemini` once, or set GEMINI_API_KEY';

export const gemini: Dialect = {
  name: 'gemini',
  program: 'gemini',
  install: 'npm install -g @google/gemini-cli',
  oldest: '0.20.0',
  logIn,
  keys: ['GEMINI_API_KEY', 'GOOGLE_API_KEY', 'GOOGLE_APPLICATION_CREDENTIALS'],
  logInFile: (machine) => join(homeFolder(machine, '', '.gemini'), 'oauth_creds.json'),
  argumentsOf,
  variablesOf: () => ({}),
  credentialsIn: (machine) => present(machine, ownVariables),
  read,
  readAside,
  hintFor: (given, settings) => commonHint(given, settings, logIn),
};

const ownVariables = [
  ...['GEMINI_API_KEY', 'GOOGLE_API_KEY', 'GOOGLE_GEMINI_BASE_URL', 'GEMINI_MODEL'],
  ...['GOOGLE_GENAI_USE_VERTEXAI', 'GOOGLE_GENAI_USE_GCA', 'GOOGLE_APPLICATION_CREDENTIALS'],
  ...['GOOGLE_CLOUD_PROJECT', 'GOOGLE_CLOUD_LOCATION'],
];

/** Its `plan` mode would have it write a plan; `default` has no tool that changes anything. */
const modes: Readonly<Record<Permissions, string>> = {
  read: 'default',
  edit: 'auto_edit',
  full: 'yolo',
  // It has nobody to ask: a plan can't say so.
  ask: 'default',
};

function argumentsOf({ model, permissions, session }: Order): readonly string[] {
  return [
    ...['-o', 'stream-json', '--skip-trust', '--approval-mode', modes[permissions]],
    ...(model === null ? [] : ['-m', model]),
    ...(session === null ? [] : ['--resume', session]),
  ];
}

function read(line: unknown): readonly Sign[] {
  switch (textAt(line, 'type')) {
    case 'init': {
      const session = textAt(line, 'session_id');
      if (session === null) return [];
      return [{ type: 'session.opened', session, model: textAt(line, 'model') }];
    }
    case 'message':
      return readMessage(line);
    case 'tool_use': {
      const [call, tool] = [textAt(line, 'tool_id') ?? '', textAt(line, 'tool_name') ?? ''];
      return [{ type: 'tool.called', call, tool, input: inputText(mapAt(line, 'parameters')) }];
    }
    case 'tool_result':
      return readToolResult(line);
    case 'error':
      return textAt(line, 'severity') === 'warning'
        ? []
        : [failure(troubleFrom(textAt(line, 'message') ?? 'an error without a message'))];
    case 'result':
      return readResult(line);
    default:
      return [];
  }
}

function readMessage(line: unknown): readonly Sign[] {
  const text = textAt(line, 'content');
  if (textAt(line, 'role') !== 'assistant' || text === null) return [];
  const piece = mapAt(line).delta === true ? 'part' : 'whole';
  return [{ type: 'text.written', text, piece }];
}

const denials = ['policy_violation', 'tool_not_registered'];

function readToolResult(line: unknown): readonly Sign[] {
  const call = textAt(line, 'tool_id') ?? '';
  if (textAt(line, 'status') === 'success') return [{ type: 'tool.ended', call, how: 'succeeded' }];
  const reason = textAt(line, 'error', 'message') ?? '';
  if (!denials.includes(textAt(line, 'error', 'type') ?? '')) {
    return [{ type: 'tool.ended', call, how: 'failed' }];
  }
  // The id of a call begins with the tool's name.
  const tool = call.split('__')[0] || 'a tool';
  return [
    { type: 'permission.asked', tool, reason },
    { type: 'tool.ended', call, how: 'denied' },
  ];
}

/** Its numbers are of this process alone, also in a resumed session; and there is no money. */
function readResult(line: unknown): readonly Sign[] {
  const usage = {
    inputTokens: countAt(line, 'stats', 'input_tokens'),
    outputTokens: countAt(line, 'stats', 'output_tokens'),
    costUsd: null,
  };
  const isWell = textAt(line, 'status') === 'success';
  const message = textAt(line, 'error', 'message') ?? 'it ended in an error';
  const trouble = isWell ? null : troubleFrom(message);
  return [
    { type: 'usage.counted', over: 'attempt', usage },
    { type: 'turn.ended', trouble, answer: null },
  ];
}

const failure = (trouble: Trouble): Sign =>
  trouble.kind === 'quota'
    ? { type: 'rate.limited', message: trouble.message, until: trouble.until }
    : { type: 'request.failed', trouble };

/** It tries again for more than a minute, and says so nowhere else. */
function readAside(line: string): readonly Sign[] {
  const [, status] = /^Attempt \d+ failed with status (\d+)\. Retrying/.exec(line) ?? [];
  return status === undefined ? [] : [failure(troubleFrom(line, Number(status)))];
}

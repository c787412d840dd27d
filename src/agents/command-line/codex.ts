/** Codex on the command line: `codex exec --json`. */
import { join } from 'node:path';
import { inputText, type Sign } from '../listening/sign.ts';
import { countAt, mapAt, textAt } from '../loose-json.ts';
import { troubleFrom } from '../trouble.ts';
import {
  commonHint,
  type Dialect,
  homeFolder,
  type Order,
  type Permissions,
  present,
} from './dialect.ts';

const logIn = 'log in with `codex login`, or set CODEX_API_KEY';

export const codex: Dialect = {
  name: 'codex',
  program: 'codex',
  install: 'npm install -g @openai/codex',
  oldest: '0.60.0',
  logIn,
  keys: ['CODEX_API_KEY'],
  logInFile: (machine) => join(homeFolder(machine, 'CODEX_HOME', '.codex'), 'auth.json'),
  argumentsOf,
  // Its stream is silent about what the sandbox refused; this line of its log is not.
  variablesOf: () => ({ RUST_LOG: 'error,codex_sandboxing::violation=warn' }),
  credentialsIn: (machine) =>
    present(machine, ['CODEX_API_KEY', 'OPENAI_API_KEY', 'OPENAI_BASE_URL', 'CODEX_HOME']),
  read,
  readAside,
  hintFor: (given, settings) => commonHint(given, settings, logIn),
};

const sandboxes: Readonly<Record<Permissions, string>> = {
  read: 'read-only',
  edit: 'workspace-write',
  full: 'danger-full-access',
  // It has nobody to ask: a plan can't say so.
  ask: 'read-only',
};

/** A resumed thread knows no `-s`; both know `-c`. */
function argumentsOf({ model, permissions, session }: Order): readonly string[] {
  return [
    ...(session === null ? ['exec'] : ['exec', 'resume', session]),
    ...['--json', '--skip-git-repo-check', '-c', `sandbox_mode="${sandboxes[permissions]}"`],
    ...(model === null ? [] : ['-m', model]),
    '-',
  ];
}

function read(line: unknown): readonly Sign[] {
  switch (textAt(line, 'type')) {
    case 'thread.started': {
      const session = textAt(line, 'thread_id');
      return session === null ? [] : [{ type: 'session.opened', session, model: null }];
    }
    case 'item.started':
      return readItem(mapAt(line, 'item'), 'started');
    case 'item.completed':
      return readItem(mapAt(line, 'item'), 'completed');
    case 'turn.completed':
      return [
        { type: 'usage.counted', over: 'session', usage: usageOf(line) },
        { type: 'turn.ended', trouble: null, answer: null },
      ];
    case 'turn.failed': {
      const message = textAt(line, 'error', 'message') ?? 'the turn failed';
      return [{ type: 'turn.ended', trouble: troubleFrom(message), answer: null }];
    }
    case 'error':
      return [readError(textAt(line, 'message') ?? 'an error without a message')];
    default:
      return [];
  }
}

/** There is no money anywhere in its stream. */
const usageOf = (line: unknown) => ({
  inputTokens: countAt(line, 'usage', 'input_tokens'),
  outputTokens: countAt(line, 'usage', 'output_tokens'),
  costUsd: null,
});

/** The HTTP status is only inside the message. Without a network these go on for ever. */
function readError(message: string): Sign {
  const trouble = troubleFrom(message);
  const { kind, until } = trouble;
  return kind === 'quota'
    ? { type: 'rate.limited', message: trouble.message, until }
    : { type: 'request.failed', trouble };
}

const toolTypes = ['command_execution', 'file_change', 'mcp_tool_call', 'web_search'];

function readItem(item: unknown, stage: 'started' | 'completed'): readonly Sign[] {
  const type = textAt(item, 'type') ?? '';
  if (toolTypes.includes(type)) return readTool(type, item, stage);
  const text = textAt(item, 'text');
  if (stage === 'started' || text === null) return [];
  if (type === 'agent_message') return [{ type: 'text.written', text, piece: 'whole' }];
  // An item of type "error" is a warning: a fatal one fails the turn.
  return type === 'reasoning' ? [{ type: 'thought.told', text }] : [];
}

/** Some tools are only told of when they have ended: a call may be told twice. */
function readTool(tool: string, item: unknown, stage: 'started' | 'completed'): readonly Sign[] {
  const call = textAt(item, 'id') ?? '';
  const { command, changes, query, arguments: given } = mapAt(item);
  const input = inputText(command ?? changes ?? query ?? given ?? null);
  const called: Sign = { type: 'tool.called', call, tool, input };
  if (stage === 'started') return [called];
  const status = textAt(item, 'status');
  const how = status === 'declined' ? 'denied' : status === 'failed' ? 'failed' : 'succeeded';
  const ended: Sign = { type: 'tool.ended', call, how };
  if (how !== 'denied') return [called, ended];
  return [called, { type: 'permission.asked', tool, reason: 'it was declined' }, ended];
}

function readAside(line: string): readonly Sign[] {
  const [, reason] = /recorded sandbox violation:.*?reason=(\S+)/.exec(line) ?? [];
  if (reason === undefined) return [];
  return [{ type: 'permission.asked', tool: 'command', reason: `the sandbox said ${reason}` }];
}

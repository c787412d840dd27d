/** OpenCode on the command line: `opencode run --format json`. */
import { join } from 'node:path';
import { inputText, type Sign } from '../listening/sign.ts';
import { countAt, mapAt, numberAt, textAt } from '../loose-json.ts';
import { type Trouble, trouble, troubleFrom } from '../trouble.ts';
import {
  commonHint,
  type Dialect,
  homeFolder,
  type Order,
  type Permissions,
  present,
} from './dialect.ts';

const logIn = 'log in with `opencode auth login`, or set the key of its provider';

const keysByProvider: Readonly<Record<string, string>> = {
  anthropic: 'ANTHROPIC_API_KEY',
  openai: 'OPENAI_API_KEY',
  google: 'GOOGLE_GENERATIVE_AI_API_KEY',
  xai: 'XAI_API_KEY',
  openrouter: 'OPENROUTER_API_KEY',
  groq: 'GROQ_API_KEY',
  mistral: 'MISTRAL_API_KEY',
  deepseek: 'DEEPSEEK_API_KEY',
  opencode: 'OPENCODE_API_KEY',
};

export const opencode: Dialect = {
  name: 'opencode',
  program: 'opencode',
  install: 'npm install -g opencode-ai',
  oldest: '1.0.0',
  logIn,
  keys: Object.values(keysByProvider),
  logInFile: (machine) =>
    join(homeFolder(machine, 'XDG_DATA_HOME', '.local/share'), 'opencode/auth.json'),
  argumentsOf,
  variablesOf: ({ permissions }) => ({
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    OPENCODE_PERMISSION: JSON.stringify(permissionRules[permissions]),
  }),
  credentialsIn: (machine, { model }) =>
    present(machine, [...ownVariables, ...providerKeys(model?.split('/')[0] ?? null)]),
  read,
  readAside,
  hintFor: (given, settings) => commonHint(given, settings, logIn),
};

const ownVariables = ['OPENCODE_CONFIG', 'OPENCODE_CONFIG_CONTENT', 'OPENCODE_CONFIG_DIR'];

/** It is every provider's agent: a model that is named narrows that to one. */
function providerKeys(provider: string | null): readonly string[] {
  if (provider === null) return Object.values(keysByProvider);
  const key = keysByProvider[provider];
  return key === undefined ? [] : [key];
}

const permissionRules: Readonly<Record<Permissions, object>> = {
  read: { edit: 'deny', bash: 'deny', webfetch: 'deny', external_directory: 'deny' },
  edit: { edit: 'allow', bash: 'deny', external_directory: 'deny' },
  full: { edit: 'allow', bash: 'allow', webfetch: 'allow', external_directory: 'allow' },
  // It has nobody to ask: a plan can't say so.
  ask: { edit: 'deny', bash: 'deny', webfetch: 'deny', external_directory: 'deny' },
};

/** Its log goes to stderr: of a request that fails again and again, nothing else tells. */
function argumentsOf({ model, permissions, session }: Order): readonly string[] {
  return [
    ...['run', '--format', 'json', '--print-logs', '--log-level', 'ERROR'],
    ...(permissions === 'full' ? ['--auto'] : []),
    ...(model === null ? [] : ['--model', model]),
    ...(session === null ? [] : ['--session', session]),
  ];
}

function read(line: unknown): readonly Sign[] {
  const session = textAt(line, 'sessionID');
  const part = mapAt(line, 'part');
  const text = textAt(part, 'text') ?? '';
  switch (textAt(line, 'type')) {
    case 'step_start':
      return session === null ? [] : [{ type: 'session.opened', session, model: null }];
    case 'text':
      return [{ type: 'text.written', text, piece: 'whole' }];
    case 'reasoning':
      return [{ type: 'thought.told', text }];
    case 'tool_use':
      return readTool(part);
    case 'step_finish':
      return readStepEnd(part);
    case 'error':
      return readError(mapAt(line, 'error'));
    default:
      return [];
  }
}

const rejected = /rejected permission|rule which prevents|unavailable tool '(\S+)'/;

/** Told of once, when it has ended. A tool that was taken away is called under another name. */
function readTool(part: unknown): readonly Sign[] {
  const [call, tool] = [textAt(part, 'callID') ?? '', textAt(part, 'tool') ?? ''];
  const input = inputText(mapAt(part, 'state', 'input'));
  const called: Sign = { type: 'tool.called', call, tool, input };
  const said = textAt(part, 'state', 'error') ?? textAt(part, 'state', 'input', 'error') ?? '';
  const denial = rejected.exec(said);
  if (denial) {
    const asked: Sign = { type: 'permission.asked', tool: denial[1] ?? tool, reason: said };
    return [called, asked, { type: 'tool.ended', call, how: 'denied' }];
  }
  const how = textAt(part, 'state', 'status') === 'completed' ? 'succeeded' : 'failed';
  return [called, { type: 'tool.ended', call, how }];
}

/** The end of a step is the end of the turn only for one reason. */
function readStepEnd(part: unknown): readonly Sign[] {
  const counted: Sign = { type: 'usage.counted', over: 'step', usage: usageOf(part) };
  const reason = textAt(part, 'reason') ?? 'no reason';
  if (reason === 'tool-calls') return [counted];
  return [counted, { type: 'turn.ended', trouble: stopTrouble(reason), answer: null }];
}

function stopTrouble(reason: string): Trouble | null {
  if (reason === 'stop') return null;
  if (reason === 'content-filter') return trouble('refused', 'the model refused');
  return trouble('malformed', `the model stopped early: ${reason}`);
}

/** A model whose price it does not know costs 0 there, which is not true. */
function usageOf(part: unknown) {
  const count = (...path: readonly string[]): number => countAt(part, 'tokens', ...path);
  const inputTokens = count('input') + count('cache', 'read') + count('cache', 'write');
  const outputTokens = count('output') + count('reasoning');
  const costUsd = numberAt(part, 'cost');
  const isUnknown = costUsd === 0 && inputTokens + outputTokens > 0;
  return { inputTokens, outputTokens, costUsd: isUnknown ? null : costUsd };
}

function readError(error: unknown): readonly Sign[] {
  const ended: Sign = { type: 'turn.ended', trouble: errorOf(error), answer: null };
  const said = Object.entries(mapAt(error, 'data', 'responseHeaders'));
  const headers = Object.fromEntries(said.filter(([name]) => name.includes('ratelimit')));
  if (Object.keys(headers).length === 0) return [ended];
  const retryAfter = textAt(error, 'data', 'responseHeaders', 'retry-after');
  const all = retryAfter === null ? headers : { ...headers, 'retry-after': retryAfter };
  return [{ type: 'limits.told', headers: texts(all) }, ended];
}

const texts = (map: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(map).map(([name, value]) => [name, String(value)]));

function errorOf(error: unknown): Trouble {
  const said = textAt(error, 'data', 'message') ?? textAt(error, 'name') ?? 'an error';
  const status = numberAt(error, 'data', 'statusCode');
  const found =
    status === null ? troubleFrom(`${textAt(error, 'name')}: ${said}`) : troubleFrom(said, status);
  const waitSeconds = Number(textAt(error, 'data', 'responseHeaders', 'retry-after') ?? Number.NaN);
  if (found.kind !== 'quota' || !(waitSeconds >= 0)) return found;
  return { ...found, until: { afterMs: waitSeconds * 1_000 } };
}

function readAside(line: string): readonly Sign[] {
  const [, tool] = /permission requested: (\S+) .*auto-rejecting/.exec(line) ?? [];
  if (tool !== undefined) return [{ type: 'permission.asked', tool, reason: 'nobody to ask' }];
  // Titles are made on the side, by a small model.
  if (!line.includes('message="stream error"') || line.includes('small=true')) return [];
  const [, said = 'stream error'] = /error\.error="((?:[^"\\]|\\.)*)"/.exec(line) ?? [];
  const found = troubleFrom(said);
  if (found.kind === 'quota') {
    return [{ type: 'rate.limited', message: found.message, until: found.until }];
  }
  return [{ type: 'request.failed', trouble: found }];
}

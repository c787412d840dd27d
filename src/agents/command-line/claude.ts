/** Claude Code on the command line: `claude -p` with a stream of JSON lines. */
import { join } from 'node:path';
import type { Usage } from '../../../machines/outcome.ts';
import { inputText, type Sign } from '../listening/sign.ts';
import { countAt, listAt, mapAt, numberAt, textAt } from '../loose-json.ts';
import { type Trouble, trouble, troubleFrom } from '../trouble.ts';
import { claudeAsking } from './claude-asking.ts';
import {
  commonHint,
  type Dialect,
  homeFolder,
  type Order,
  type Permissions,
  present,
} from './dialect.ts';

const logIn = 'log in with `claude` (then /login), or set ANTHROPIC_API_KEY';

export const claude: Dialect = {
  name: 'claude',
  program: 'claude',
  install: 'npm install -g @anthropic-ai/claude-code',
  oldest: '2.0.0',
  logIn,
  keys: ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'],
  logInFile: (machine) =>
    join(homeFolder(machine, 'CLAUDE_CONFIG_DIR', '.claude'), '.credentials.json'),
  argumentsOf,
  // No update in the middle of a run, and nothing sent that the task did not ask for.
  variablesOf: () => ({ CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', DISABLE_AUTOUPDATER: '1' }),
  credentialsIn: (machine) => [
    ...present(machine, ownVariables),
    ...Object.keys(machine).filter((name) =>
      cloudPrefixes(machine).some((p) => name.startsWith(p)),
    ),
  ],
  read,
  readAside: () => [],
  hintFor: (given, settings) => commonHint(given, settings, logIn),
  asking: claudeAsking,
};

const ownVariables = [
  ...['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'ANTHROPIC_BASE_URL', 'ANTHROPIC_MODEL'],
  ...['ANTHROPIC_CUSTOM_HEADERS', 'CLAUDE_CODE_OAUTH_TOKEN', 'CLAUDE_CONFIG_DIR'],
  ...['CLAUDE_CODE_USE_BEDROCK', 'CLAUDE_CODE_USE_VERTEX', 'ANTHROPIC_VERTEX_PROJECT_ID'],
];

/** A cloud's keys are its own only when it is told to go there. */
function cloudPrefixes(machine: Readonly<Record<string, string | undefined>>): readonly string[] {
  const bedrock = machine.CLAUDE_CODE_USE_BEDROCK ? ['AWS_'] : [];
  return machine.CLAUDE_CODE_USE_VERTEX
    ? [...bedrock, 'GOOGLE_CLOUD_', 'GOOGLE_APPLICATION_', 'CLOUD_ML_']
    : bedrock;
}

const reading = 'Read,Glob,Grep';
const editing = `${reading},Edit,Write,NotebookEdit`;

/** A tool that it may not use is not even there: it can't be tempted, and plans without it. */
const permissionFlags: Readonly<Record<Permissions, readonly string[]>> = {
  read: ['--tools', reading, '--strict-mcp-config'],
  edit: ['--tools', editing, '--permission-mode', 'acceptEdits'],
  full: ['--permission-mode', 'bypassPermissions'],
  ask: [
    ...['--input-format', 'stream-json', '--permission-prompt-tool', 'stdio'],
    ...['--permission-mode', 'default'],
  ],
};

/** With the tools that its role names beside: they are there, and nobody is asked for them. */
function flagsFor(permissions: Permissions, tools: readonly string[]): readonly string[] {
  const [flag = '', names = '', ...rest] = permissionFlags[permissions];
  if (tools.length === 0) return permissionFlags[permissions];
  const more = tools.join(',');
  const allowed = ['--allowedTools', more];
  if (flag !== '--tools') return [...permissionFlags[permissions], ...allowed];
  return [flag, `${names},${more}`, ...rest, ...allowed];
}

function argumentsOf({ model, permissions, maxTurns, budgetUsd, session, tools = [] }: Order) {
  return [
    ...['-p', '--output-format', 'stream-json', '--verbose'],
    ...flagsFor(permissions, tools),
    ...(model === null ? [] : ['--model', model]),
    ...(maxTurns === null ? [] : ['--max-turns', String(maxTurns)]),
    ...(budgetUsd === null ? [] : ['--max-budget-usd', String(budgetUsd)]),
    ...(session === null ? [] : ['--resume', session]),
  ];
}

function read(line: unknown): readonly Sign[] {
  switch (textAt(line, 'type')) {
    case 'system':
      return readSystem(line);
    case 'assistant':
      return [
        ...listAt(line, 'message', 'content').flatMap((block) => readBlock(block, line)),
        ...held(line),
      ];
    case 'user':
      return listAt(line, 'message', 'content').flatMap((block) => readToolResult(block, line));
    case 'rate_limit_event':
      return readRateLimit(mapAt(line, 'rate_limit_info'));
    case 'result':
      return readResult(line);
    default:
      return [];
  }
}

/** Each call is given all that was said before, most of it from a cache. */
function held(line: unknown): readonly Sign[] {
  const count = (name: string): number => countAt(line, 'message', 'usage', name);
  const given = count('input_tokens') + count('cache_read_input_tokens');
  const tokens = given + count('cache_creation_input_tokens') + count('output_tokens');
  return tokens === 0 ? [] : [{ type: 'context.held', tokens }];
}

function readSystem(line: unknown): readonly Sign[] {
  const session = textAt(line, 'session_id');
  switch (textAt(line, 'subtype')) {
    case 'init':
      if (session === null) return [];
      return [{ type: 'session.opened', session, model: textAt(line, 'model') }];
    case 'api_retry':
      return [readRetry(line)];
    case 'permission_denied':
      return [asked(textAt(line, 'tool_name'), textAt(line, 'message'))];
    default:
      return [];
  }
}

function readRetry(line: unknown): Sign {
  const status = numberAt(line, 'error_status');
  const message = `the model's service answered ${status ?? ''} ${textAt(line, 'error') ?? ''}`;
  if (status !== 429)
    return { type: 'request.failed', trouble: troubleFrom(message, status ?? 503) };
  return { type: 'rate.limited', message, until: { afterMs: countAt(line, 'retry_delay_ms') } };
}

const asked = (tool: string | null, reason: string | null): Sign => ({
  ...{ type: 'permission.asked', tool: tool ?? 'a tool', reason: reason ?? '' },
});

function readBlock(block: unknown, line: unknown): readonly Sign[] {
  const isOfSubAgent = textAt(line, 'parent_tool_use_id') !== null;
  switch (textAt(block, 'type')) {
    case 'text':
      // What a sub-agent says is for the agent, and no answer.
      return isOfSubAgent ? [] : written(textAt(block, 'text'));
    case 'thinking':
      return [{ type: 'thought.told', text: textAt(block, 'thinking') ?? '' }];
    case 'tool_use': {
      const [call, tool] = [textAt(block, 'id') ?? '', textAt(block, 'name') ?? ''];
      return [{ type: 'tool.called', call, tool, input: inputText(mapAt(block, 'input')) }];
    }
    default:
      return [];
  }
}

const written = (text: string | null): readonly Sign[] =>
  text === null ? [] : [{ type: 'text.written', text, piece: 'whole' }];

function readToolResult(block: unknown, line: unknown): readonly Sign[] {
  const call = textAt(block, 'tool_use_id');
  if (textAt(block, 'type') !== 'tool_result' || call === null) return [];
  if (mapAt(block).is_error !== true) return [{ type: 'tool.ended', call, how: 'succeeded' }];
  const missing = noSuchTool.exec(textAt(block, 'content') ?? '');
  if (missing) {
    const denied = asked(missing[1] ?? null, 'it is disabled');
    return [denied, { type: 'tool.ended', call, how: 'denied' }];
  }
  const isRejected = listAt(line, 'tool_result_meta').some(
    (meta) => textAt(meta, 'permission_decision', 'decision') === 'reject',
  );
  return [{ type: 'tool.ended', call, how: isRejected ? 'denied' : 'failed' }];
}

/** A tool that its permissions took away, called all the same. */
const noSuchTool = /No such tool available: (\S+?)\. .*disabled/;

function readRateLimit(info: unknown): readonly Sign[] {
  // Whatever was rejected before is not so any more.
  if (textAt(info, 'status') !== 'rejected') return [{ type: 'limits.told', headers: {} }];
  const message = `the limit "${textAt(info, 'rateLimitType') ?? 'usage'}" is reached`;
  const resetsAt = numberAt(info, 'resetsAt');
  if (resetsAt === null) return [{ type: 'rate.limited', message, until: null }];
  const atMs = resetsAt * 1_000;
  const headers = { [left]: '0', [resetAt]: isoTime(atMs) };
  return [
    { type: 'limits.told', headers },
    { type: 'rate.limited', message, until: { atMs } },
  ];
}

const left = 'anthropic-ratelimit-requests-remaining';
const resetAt = 'anthropic-ratelimit-requests-reset';

/** A time that no calendar has is left out. */
function isoTime(atMs: number): string {
  const time = new Date(atMs);
  return Number.isNaN(time.getTime()) ? '' : time.toISOString();
}

function readResult(line: unknown): readonly Sign[] {
  const denials = listAt(line, 'permission_denials').map((denial) =>
    asked(textAt(denial, 'tool_name'), null),
  );
  const ended = {
    type: 'turn.ended',
    trouble: troubleOf(line),
    answer: textAt(line, 'result'),
  } as const;
  return [{ type: 'usage.counted', over: 'session', usage: usageOf(line) }, ...denials, ended];
}

/** `usage` is of one call and empty after an error; `modelUsage` is what the session has cost. */
function usageOf(line: unknown): Usage {
  const models = Object.values(mapAt(line, 'modelUsage'));
  const sum = (...names: readonly string[]): number =>
    models.reduce<number>(
      (total, model) => total + names.reduce((inner, name) => inner + countAt(model, name), 0),
      0,
    );
  return {
    inputTokens: sum('inputTokens', 'cacheReadInputTokens', 'cacheCreationInputTokens'),
    outputTokens: sum('outputTokens'),
    costUsd: numberAt(line, 'total_cost_usd'),
  };
}

const normalStops = ['end_turn', 'stop_sequence', 'tool_use'];

/** `subtype: success` says nothing: a rate limit ends so, too. */
function troubleOf(line: unknown): Trouble | null {
  const errors = listAt(line, 'errors').filter((error) => typeof error === 'string');
  const said = textAt(line, 'result') ?? errors.join('; ');
  const subtype = textAt(line, 'subtype') ?? 'no subtype';
  const status = numberAt(line, 'api_error_status');
  if (status !== null) return troubleFrom(said, status);
  if (subtype === 'error_max_turns') return trouble('turns', said);
  if (subtype === 'error_max_budget_usd') return trouble('budget', said);
  if (mapAt(line).is_error !== false || subtype !== 'success') {
    return troubleFrom(said === '' ? `it ended in an error: ${subtype}` : said);
  }
  const stop = textAt(line, 'stop_reason');
  if (stop === 'refusal') return trouble('refused', 'the model refused');
  if (stop !== null && !normalStops.includes(stop)) {
    return trouble('malformed', `the model stopped early: ${stop}`);
  }
  const reason = textAt(line, 'terminal_reason') ?? 'completed';
  return reason === 'completed' ? null : trouble('malformed', `it ended early: ${reason}`);
}

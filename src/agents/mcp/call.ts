/** One call of a tool, over whichever transport: the prompt becomes arguments, a result words. */
import type { Client, Transport } from '@modelcontextprotocol/client';
import { noUsage } from '../../../machines/outcome.ts';
import type { Assignment } from '../agent.ts';
import { messageOf } from '../faults.ts';
import type { Attention } from '../listening/attention.ts';
import { inputText, type Sign } from '../listening/sign.ts';
import { listAt, mapAt, numberAt, textAt } from '../loose-json.ts';
import { promptOf } from '../prompt.ts';
import { type Trouble, trouble, troubleFrom } from '../trouble.ts';

export interface ToolCall {
  readonly tool: string;
  /** Texts in it may hold the names below in braces. */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Whether somebody pays for it, who knows how much. */
  readonly isPaid: boolean;
}

export interface Caller {
  readonly attention: Attention;
  readonly assignment: Assignment;
  /** Aborted when the attempt is over: what goes wrong then says nothing. */
  readonly signal: AbortSignal;
}

const free: Sign = { type: 'usage.counted', over: 'attempt', usage: noUsage };

/** The watchdogs of the attempt are what limits a call. */
const endlessMs = 2_147_483_647;

/** Never rejects: what comes of it is told to the caller's attention. */
export async function callOver(
  transport: Transport,
  caller: Caller,
  options: ToolCall,
): Promise<void> {
  const { attention, signal } = caller;
  const { Client: McpClient } = await import('@modelcontextprotocol/client');
  const client = new McpClient({ name: 'troupe', version: '0' });
  const end = (found: Trouble | null, answer: string | null): void => {
    // What nobody pays for has cost nothing.
    if (!options.isPaid) attention.take([free]);
    attention.take([{ type: 'turn.ended', trouble: found, answer }]);
  };
  try {
    await client.connect(transport, { signal, timeout: endlessMs });
    const missing = await missingTool(client, options.tool, signal);
    if (missing !== null) return end(missing, null);
    const { found, answer } = await callTool(client, caller, options);
    end(found, answer);
  } catch (error) {
    if (!signal.aborted) end(troubleOf(error, options.tool), null);
  }
}

/** Of a service that refuses, the status says more than its words. */
function troubleOf(error: unknown, tool: string): Trouble {
  const status = numberAt(error, 'data', 'status') ?? undefined;
  return troubleFrom(`${tool}: ${messageOf(error)}`, status);
}

/** A name that is wrong stays wrong, however often it is tried. */
async function missingTool(
  client: Client,
  tool: string,
  signal: AbortSignal,
): Promise<Trouble | null> {
  const { tools } = await client.listTools({}, { signal, timeout: endlessMs });
  const names = tools.map(({ name }) => name);
  if (names.includes(tool)) return null;
  const known = names.slice(0, 20).join(', ') || 'no tools at all';
  return trouble('refused', `the server has no tool "${tool}": it has ${known}`);
}

async function callTool(client: Client, caller: Caller, { tool: name, ...options }: ToolCall) {
  const { attention, assignment, signal } = caller;
  const given = filled(options.arguments, valuesOf(assignment));
  const call = { call: '1', tool: name };
  attention.take([{ type: 'tool.called', ...call, input: inputText(given) }]);
  const params = { name, arguments: given as Record<string, unknown> };
  const result = await client.callTool(params, {
    ...{ signal, timeout: endlessMs },
    onprogress: (progress) => attention.take(progressSigns(progress)),
  });
  const isError = mapAt(result).isError === true;
  attention.take([{ type: 'tool.ended', call: '1', how: isError ? 'failed' : 'succeeded' }]);
  const answer = answerOf(result);
  return { answer, found: isError ? troubleFrom(answer || `${name} failed`) : null };
}

function progressSigns(progress: unknown): readonly Sign[] {
  const [done, total] = [numberAt(progress, 'progress') ?? 0, numberAt(progress, 'total')];
  const text = textAt(progress, 'message') ?? '';
  const share = total === null ? `${done}` : `${done} of ${total}`;
  return [{ type: 'thought.told', text: text === '' ? share : `${share}: ${text}` }];
}

/** Its texts; where there are none, its structure. What is no text (an image) is named. */
function answerOf(result: unknown): string {
  const parts = listAt(result, 'content').map((part) => {
    const text = textAt(part, 'text') ?? textAt(part, 'resource', 'text');
    return text ?? `[${textAt(part, 'type') ?? 'something'} ${textAt(part, 'uri') ?? ''}]`;
  });
  const { structuredContent } = mapAt(result);
  if (parts.length > 0 || structuredContent === undefined) return parts.join('\n');
  return JSON.stringify(structuredContent);
}

function valuesOf(assignment: Assignment): Readonly<Record<string, string>> {
  const { task, attempt, cwd, artifactsFolder } = assignment;
  const prompt = promptOf(assignment);
  return { prompt, task, attempt: String(attempt), folder: cwd, artifacts: artifactsFolder };
}

/** What is put in is not looked at again. */
function filled(value: unknown, values: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') {
    return value.replace(/\{\{\s*(\w+)\s*\}\}/g, (all, name: string) => values[name] ?? all);
  }
  if (Array.isArray(value)) return value.map((each) => filled(each, values));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, filled(inner, values)]);
  return Object.fromEntries(entries);
}

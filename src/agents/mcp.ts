/** The agent that is a tool of an MCP server: prompts become arguments, and results answers. */
import type { Client, Transport } from '@modelcontextprotocol/client';
import { noUsage, unknownUsage } from '../../machines/outcome.ts';
import type { Adapter, Assignment } from './agent.ts';
import { messageOf } from './faults.ts';
import { listAt, mapAt, numberAt, textAt } from './loose-json.ts';
import { promptOf } from './prompt.ts';
import { inputText, type Sign } from './sign.ts';
import { type SpokenOptions, type Talk, workSpoken } from './spoken.ts';
import { type Trouble, trouble, troubleFrom } from './trouble.ts';
import type { Wire } from './wire.ts';

export interface McpAgentOptions extends SpokenOptions {
  readonly tool: string;
  /** Texts in it may hold the names below in braces. */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Whether somebody pays for it, who knows how much. */
  readonly isPaid: boolean;
}

const free: Sign = { type: 'usage.counted', over: 'attempt', usage: noUsage };

/** The watchdogs of the attempt are what limits a call. */
const endlessMs = 2_147_483_647;

export function mcpAgent(options: McpAgentOptions): Adapter {
  return {
    name: 'mcp',
    // Which server is meant is known by the assignments only.
    open: async () => null,
    work: (assignment, world) =>
      workSpoken(assignment, world, options, (talk) => converse(talk, options)),
    recall: async () => ({ usage: options.isPaid ? unknownUsage : noUsage }),
  };
}

async function converse(talk: Talk, options: McpAgentOptions): Promise<void> {
  const { attention, wire, signal } = talk;
  const { Client: McpClient } = await import('@modelcontextprotocol/client');
  const client = new McpClient({ name: 'troupe', version: '0' });
  const end = (found: Trouble | null, answer: string | null): void => {
    // What nobody pays for has cost nothing.
    if (!options.isPaid) attention.take([free]);
    attention.take([{ type: 'turn.ended', trouble: found, answer }]);
  };
  try {
    await client.connect(transportOver(wire));
    const missing = await missingTool(client, options.tool);
    if (missing !== null) return end(missing, null);
    const { found, answer } = await callTool(client, talk, options);
    end(found, answer);
  } catch (error) {
    if (!signal.aborted) end(troubleFrom(`${options.tool}: ${messageOf(error)}`), null);
  }
}

function transportOver(wire: Wire): Transport {
  const transport: Transport = {
    start: async () => {
      wire.onmessage = (message) => transport.onmessage?.(message as never);
      wire.onend = () => transport.onclose?.();
    },
    send: async (message) => wire.send(message),
    close: async () => wire.hangUp(),
  };
  return transport;
}

/** A name that is wrong stays wrong, however often it is tried. */
async function missingTool(client: Client, tool: string): Promise<Trouble | null> {
  const names = (await client.listTools()).tools.map(({ name }) => name);
  if (names.includes(tool)) return null;
  const known = names.slice(0, 20).join(', ') || 'no tools at all';
  return trouble('refused', `the server has no tool "${tool}": it has ${known}`);
}

async function callTool(client: Client, talk: Talk, { tool: name, ...options }: McpAgentOptions) {
  const { attention, assignment, signal } = talk;
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

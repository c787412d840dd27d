/**
 * What was said between a model and its tools, on disk line by line: whoever comes after a kill -9
 * goes on with it, and pays for nothing twice.
 *
 * Owns: the file of one session.
 * Invariants:
 * - only whole lines count: a line that a crash tore was never said;
 * - every call of a tool that the model is shown has an answer: providers refuse anything else.
 */
import { appendFileSync, mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type OpenAI from 'openai';
import type { TaskId, Token } from '../../../machines/ids.ts';
import { noUsage, type Usage } from '../../../machines/outcome.ts';
import { errnoOf } from '../faults.ts';
import { added } from '../listening/usage.ts';
import { mapAt, textAt } from '../loose-json.ts';
import { streamPaths } from '../streams.ts';

export type Message = OpenAI.ChatCompletionMessageParam;

/** One line of the file. */
type Line =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'usage'; readonly token: Token; readonly usage: Usage };

/** An attempt's own session bears its token's name. */
export const sessionName = (token: Token): string => `talk-${token}`;

export function talkPath(runFolder: string, task: TaskId, session: string): string | null {
  const [, token] = /^talk-(\d{1,15})$/.exec(session) ?? [];
  if (token === undefined) return null;
  const { stdout } = streamPaths(task, Number(token) as Token);
  return join(runFolder, stdout.replace(/\.out\.txt$/, '.talk.jsonl'));
}

export class Conversation {
  readonly session: string;
  readonly #path: string;
  readonly #messages: Message[];

  private constructor(session: string, path: string, messages: Message[]) {
    this.session = session;
    this.#path = path;
    this.#messages = messages;
  }

  static begin(runFolder: string, task: TaskId, token: Token): Conversation {
    const session = sessionName(token);
    const path = talkPath(runFolder, task, session) ?? '';
    mkdirSync(dirname(path), { recursive: true });
    return new Conversation(session, path, []);
  }

  /** Null when it is not there any more. */
  static async goOn(runFolder: string, task: TaskId, session: string) {
    const path = talkPath(runFolder, task, session);
    const lines = path === null ? null : await readLines(path);
    if (path === null || lines === null) return null;
    const talk = new Conversation(session, path, lines.flatMap(messagesIn));
    for (const id of talk.#unanswered()) talk.add(toolAnswer(id, cutOff));
    return talk;
  }

  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** Without a pause, so that nothing is done that was not said before. */
  add(message: Message): void {
    this.#write({ kind: 'message', message });
    this.#messages.push(message);
  }

  count(token: Token, usage: Usage): void {
    this.#write({ kind: 'usage', token, usage });
  }

  #write(line: Line): void {
    appendFileSync(this.#path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
  }

  #unanswered(): readonly string[] {
    const open = new Set<string>();
    for (const message of this.#messages) {
      if (message.role === 'assistant') for (const { id } of message.tool_calls ?? []) open.add(id);
      if (message.role === 'tool') open.delete(message.tool_call_id);
    }
    return [...open];
  }
}

const cutOff = 'the runtime was stopped during this call: look whether it was done';

export const toolAnswer = (id: string, content: string): Message => ({
  role: 'tool',
  tool_call_id: id,
  content,
});

/** What an attempt is known to have used; null when it said nothing at all. */
export async function usageIn(path: string, token: Token): Promise<Usage | null> {
  const lines = await readLines(path);
  if (lines === null) return null;
  const counted = lines.flatMap((line) => (line.kind === 'usage' ? [line] : []));
  return counted.filter((line) => line.token === token).reduce(sum, noUsage);
}

const sum = (total: Usage, { usage }: { readonly usage: Usage }): Usage => added(total, usage);

async function readLines(path: string): Promise<readonly Line[] | null> {
  try {
    return (await readFile(path, 'utf8')).split('\n').flatMap(lineOf);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}

function lineOf(text: string): readonly Line[] {
  try {
    const line: unknown = JSON.parse(text);
    const isMessage = textAt(line, 'message', 'role') !== null;
    const isUsage = textAt(line, 'kind') === 'usage' && 'inputTokens' in mapAt(line, 'usage');
    return isMessage || isUsage ? [line as Line] : [];
  } catch {
    return [];
  }
}

const messagesIn = (line: Line): readonly Message[] =>
  line.kind === 'message' ? [line.message] : [];

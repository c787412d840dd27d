/** One streamed call of a model over an OpenAI-compatible API: what it said, or what went wrong. */
import type OpenAI from 'openai';
import type { LearnedLimits } from '../../../machines/loan.ts';
import type { Usage } from '../../../machines/outcome.ts';
import { limitsIn } from '../../../machines/rules/rate-headers.ts';
import { errnoOf, messageOf } from '../faults.ts';
import type { Sign } from '../listening/sign.ts';
import { listAt, mapAt, numberAt, textAt } from '../loose-json.ts';
import { resetIn, type Trouble, trouble, troubleFrom } from '../trouble.ts';
import type { Message } from './conversation.ts';
import { usageOf } from './counted.ts';

export interface Endpoint {
  readonly baseUrl: string;
  /** What it takes for a dollar where it tells the cost in ticks. */
  readonly ticksPerUsd: number;
}

export interface ModelCall {
  readonly client: OpenAI;
  readonly endpoint: Endpoint;
  readonly body: OpenAI.ChatCompletionCreateParamsStreaming;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly hear: (signs: readonly Sign[]) => void;
}

export interface ToolCall {
  readonly id: string;
  readonly tool: string;
  /** JSON, or what the model took for it. */
  readonly input: string;
}

export interface Reply {
  readonly text: string;
  readonly calls: readonly ToolCall[];
  /** Why it stopped. */
  readonly finish: string;
}

export interface Called {
  readonly result:
    | { readonly kind: 'replied'; readonly reply: Reply }
    | { readonly kind: 'troubled'; readonly trouble: Trouble };
  /** Null: nothing was used. Of an answer that was cut, nobody knows what it cost. */
  readonly usage: Usage | null;
  readonly limits: LearnedLimits | null;
}

/** Of one answer; a model that goes on and on is cut off. */
const answerMaxCharacters = 4 * 1024 * 1024;
const callsMax = 128;
const cutUsage: Usage = { inputTokens: 0, outputTokens: 0, costUsd: null };

/** Never rejects. */
export async function callModel(call: ModelCall): Promise<Called> {
  const heard = new Heard(call);
  const { client, body, signal: given } = call;
  // One for each request: the client never ceases to listen, and Node would warn of a leak.
  const control = new AbortController();
  const giveUp = (): void => control.abort();
  if (given.aborted) giveUp();
  given.addEventListener('abort', giveUp, { once: true });
  try {
    const { signal } = control;
    const request = client.chat.completions.create(body, { signal, maxRetries: 0 });
    const { data: stream, response } = await request.withResponse();
    heard.open(response.headers);
    for await (const chunk of stream) heard.take(chunk);
    return heard.end();
  } catch (error) {
    return heard.fail(error);
  } finally {
    given.removeEventListener('abort', giveUp);
  }
}

class Heard {
  readonly #call: ModelCall;
  #limits: LearnedLimits | null = null;
  #usage: Usage | null = null;
  #phase: 'asking' | 'listening' = 'asking';
  #text = '';
  #characters = 0;
  #finish: string | null = null;
  readonly #calls = new Map<number, ToolCall>();

  constructor(call: ModelCall) {
    this.#call = call;
  }

  open(headers: Headers): void {
    this.#phase = 'listening';
    this.#learn(headers);
  }

  take(chunk: unknown): void {
    const { endpoint, hear } = this.#call;
    const [choice] = listAt(chunk, 'choices');
    const usage = usageOf(mapAt(chunk, 'usage'), endpoint.ticksPerUsd);
    if (usage !== null) this.#usage = usage;
    this.#finish = textAt(choice, 'finish_reason') ?? this.#finish;
    const thought = textAt(choice, 'delta', 'reasoning_content') ?? '';
    if (thought !== '') hear([{ type: 'thought.told', text: thought }]);
    const text = textAt(choice, 'delta', 'content') ?? textAt(choice, 'delta', 'refusal') ?? '';
    this.#text += text;
    if (text !== '') hear([{ type: 'text.written', text, piece: 'part' }]);
    for (const part of listAt(choice, 'delta', 'tool_calls')) this.#addCall(part);
    this.#characters += text.length + thought.length;
    if (this.#characters > answerMaxCharacters) throw new Error('the answer has no end');
  }

  /** A stream that broke off says no reason for its end. */
  end(): Called {
    if (this.#call.signal.aborted) return this.#troubled(trouble('transient', 'it was given up'));
    if (this.#finish === null) {
      return this.#troubled(trouble('transient', 'the answer broke off in the middle'));
    }
    const calls = [...this.#calls.values()].filter(({ tool }) => tool !== '');
    const reply = { text: this.#text, calls, finish: this.#finish };
    return { result: { kind: 'replied', reply }, ...this.#measured() };
  }

  fail(error: unknown): Called {
    const headers = error instanceof Error && 'headers' in error ? error.headers : null;
    if (headers instanceof Headers) this.#learn(headers);
    return this.#troubled(troubleOf(error, this.#limits, this.#call.now()));
  }

  #troubled(found: Trouble): Called {
    return { result: { kind: 'troubled', trouble: found }, ...this.#measured() };
  }

  #measured(): Pick<Called, 'usage' | 'limits'> {
    const isPaid = this.#phase === 'listening' || this.#call.signal.aborted;
    return { usage: this.#usage ?? (isPaid ? cutUsage : null), limits: this.#limits };
  }

  #learn(headers: Headers): void {
    const limits = limitsIn(Object.fromEntries(headers), this.#call.now());
    if (Object.keys(limits).length > 0) this.#limits = limits;
  }

  /** Comes in pieces, told apart by their index; some servers leave that out. */
  #addCall(part: unknown): void {
    const index = numberAt(part, 'index') ?? this.#calls.size;
    const known = this.#calls.get(index) ?? { id: '', tool: '', input: '' };
    if (this.#calls.size >= callsMax && !this.#calls.has(index)) return;
    const input = textAt(part, 'function', 'arguments') ?? '';
    this.#characters += input.length;
    this.#calls.set(index, {
      id: textAt(part, 'id') || known.id,
      tool: textAt(part, 'function', 'name') || known.tool,
      input: known.input + input,
    });
  }
}

/** What headers say of a limit is exact; what a text says of it is the next best. */
function troubleOf(error: unknown, limits: LearnedLimits | null, nowMs: number): Trouble {
  const said = messageOf(error).slice(0, 2_000);
  const status = numberAt(error, 'status');
  if (status === null) return connectionTrouble(error, said);
  // A quota that is used up does not come back by waiting, whatever the status says.
  const code = textAt(error, 'code') ?? '';
  const found = troubleFrom(
    code.includes('insufficient') ? `insufficient_quota: ${said}` : said,
    status,
  );
  if (found.kind !== 'quota') return found;
  const until =
    limits?.resetAtMs === undefined ? resetIn(said) : { atMs: Math.max(nowMs, limits.resetAtMs) };
  return { ...found, until };
}

function connectionTrouble(error: unknown, said: string): Trouble {
  if (error instanceof SyntaxError) {
    return trouble('malformed', `the service answered what is no JSON: ${said}`);
  }
  const words = [said, ...causesOf(error)].filter((word, at, all) => all.indexOf(word) === at);
  const found = troubleFrom(words.join(': '), null);
  return found.kind === 'malformed' ? trouble('transient', found.message) : found;
}

/** `fetch failed` says nothing; what is behind it does. */
function causesOf(error: unknown, depth = 0): readonly string[] {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof Error) || depth > 4) return [];
  return [messageOf(cause) || (errnoOf(cause) ?? ''), ...causesOf(cause, depth + 1)];
}

/** Some servers give calls no id, and none may be answered twice. */
export function withIds(calls: readonly ToolCall[], turn: number): readonly ToolCall[] {
  const seen = new Set<string>();
  return calls.map((call, at) => {
    const id = call.id === '' || seen.has(call.id) ? `call-${turn}-${at}` : call.id;
    seen.add(id);
    return { ...call, id };
  });
}

export function assistantMessage({ text }: Reply, calls: readonly ToolCall[]): Message {
  if (calls.length === 0) return { role: 'assistant', content: text };
  return {
    role: 'assistant',
    content: text === '' ? null : text,
    tool_calls: calls.map(({ id, tool, input }) => ({
      ...{ id, type: 'function' },
      function: { name: tool, arguments: input === '' ? '{}' : input },
    })),
  };
}

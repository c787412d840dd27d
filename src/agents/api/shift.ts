/**
 * One attempt of a model at a task: it is asked, its tools are used, it is asked again.
 *
 * Owns: the conversation, and how many turns of it were taken.
 * Invariants:
 * - nothing is put before the model that is not on disk;
 * - every call of a tool gets one answer, also one that was refused;
 * - nothing is asked that the allowance does not cover.
 */
import type OpenAI from 'openai';
import type { LearnedLimits } from '../../../machines/loan.ts';
import { noUsage, type Usage } from '../../../machines/outcome.ts';
import { Cancellation } from '../../kernel/cancellation.ts';
import { sleep } from '../../kernel/clock.ts';
import type { AgentWorld, Assignment } from '../agent.ts';
import { askPerson, denialWords } from '../asking.ts';
import type { Done } from '../hands/folder-files.ts';
import type { Attention } from '../listening/attention.ts';
import { waitOf } from '../listening/patience.ts';
import type { Sign } from '../listening/sign.ts';
import { inputText } from '../listening/sign.ts';
import { added } from '../listening/usage.ts';
import { type Trouble, trouble } from '../trouble.ts';
import { allowance, type Caps, type PriceOf } from './allowance.ts';
import { type Conversation, toolAnswer } from './conversation.ts';
import {
  assistantMessage,
  type Called,
  callModel,
  type Endpoint,
  type Reply,
  type ToolCall,
  withIds,
} from './model-call.ts';
import { type ApiPermissions, leaveFor, toolsFor, type Workbench } from './tools.ts';

export interface ShiftOptions {
  readonly client: OpenAI;
  readonly endpoint: Endpoint;
  readonly model: string;
  readonly permissions: ApiPermissions;
  readonly caps: Caps;
  readonly priceOf: PriceOf;
  readonly talk: Conversation;
  readonly bench: Workbench;
  readonly attention: Attention;
  readonly assignment: Assignment;
  readonly world: AgentWorld;
  /** Aborted when it is over, for whatever reason. */
  readonly signal: AbortSignal;
  /** Before a request that failed is sent again; longer from time to time. */
  readonly retryMs: number;
}

const retryMaxMs = 30_000;
/** Calls that failed one after the other, however much of an answer came before. */
const failedMax = 6;

export class Shift {
  readonly #options: ShiftOptions;
  /** Whoever is asked for it is asked no more once it is over. */
  readonly #asking: AgentWorld;
  #turns = 0;
  #failed = 0;
  #used: Usage = noUsage;
  #lastInputTokens = 0;
  limits: LearnedLimits | null = null;
  requests = 0;

  constructor(options: ShiftOptions) {
    this.#options = options;
    this.#asking = { ...options.world, cancellation: Cancellation.of(options.signal) };
  }

  /** Resolves when the turn has ended, or the signal has aborted. */
  async work(): Promise<void> {
    const { signal, attention } = this.#options;
    while (!signal.aborted && attention.told.ended === null) await this.#turn();
  }

  async #turn(): Promise<void> {
    const { caps, priceOf, talk } = this.#options;
    const characters = JSON.stringify(talk.messages).length;
    const [turns, used, lastInputTokens] = [this.#turns, this.#used, this.#lastInputTokens];
    const asked = { caps, priceOf, turns, used, characters, lastInputTokens };
    const granted = allowance(asked);
    if (granted.kind === 'spent') return this.#end(granted.trouble, null);
    const called = await this.#call(granted.outputTokensMax);
    this.requests += 1;
    this.#count(called, characters);
    this.limits = called.limits ?? this.limits;
    const { result } = called;
    if (this.#options.signal.aborted) return;
    if (result.kind === 'troubled') return this.#getOver(result.trouble);
    this.#failed = 0;
    this.#turns += 1;
    return this.#answer(result.reply);
  }

  #call(outputTokensMax: number | null): Promise<Called> {
    const { client, endpoint, model, permissions, talk, signal, world } = this.#options;
    const tools = toolsFor(permissions).map(({ name, description, parameters }) => ({
      type: 'function' as const,
      function: { name, description, parameters: parameters as Record<string, unknown> },
    }));
    return callModel({
      ...{ client, endpoint, signal },
      body: {
        ...{ model, messages: [...talk.messages], tools, stream: true },
        stream_options: { include_usage: true },
        ...(outputTokensMax !== null && { max_completion_tokens: outputTokensMax }),
      },
      now: () => world.clock.now(),
      hear: (signs) => this.#hear(...signs),
    });
  }

  /** Of an answer that was cut, what went over the wire tells about what it cost. */
  #count({ usage, result }: Called, characters: number): void {
    if (usage === null) return;
    const isCut = usage.inputTokens + usage.outputTokens === 0 && result.kind === 'troubled';
    const counted = isCut ? { ...usage, inputTokens: Math.ceil(characters / 4) } : usage;
    const { talk, assignment, priceOf } = this.#options;
    talk.count(assignment.token, counted);
    const costUsd = counted.costUsd ?? priceOf(counted);
    this.#lastInputTokens = counted.inputTokens;
    this.#used = added(this.#used, { ...counted, costUsd });
    this.#hear({ type: 'usage.counted', over: 'step', usage: counted });
  }

  /** Once it was said what went wrong, whoever attends may have stopped it. */
  async #getOver(found: Trouble): Promise<void> {
    const { signal, world, retryMs } = this.#options;
    this.#failed += 1;
    const isLasting = found.kind === 'refused' || found.kind === 'budget';
    if (isLasting || this.#failed >= failedMax) return this.#end(found, null);
    const { message, until } = found;
    if (found.kind === 'quota') this.#hear({ type: 'rate.limited', message, until });
    else this.#hear({ type: 'request.failed', trouble: found });
    const backoffMs = Math.min(retryMaxMs, retryMs * 2 ** (this.#failed - 1));
    await sleep(world.clock, Math.max(backoffMs, waitOf(found, world.clock.now())), signal);
  }

  async #answer(reply: Reply): Promise<void> {
    const { talk, bench } = this.#options;
    const calls = withIds(reply.calls, this.#turns);
    talk.add(assistantMessage(reply, calls));
    if (calls.length === 0) return this.#end(troubleOfEnd(reply), reply.text);
    for (const call of calls) {
      if (!(await bench.isWanted())) return;
      talk.add(toolAnswer(call.id, await this.#use(call)));
    }
  }

  async #use(call: ToolCall): Promise<string> {
    const { id, tool } = call;
    const input = parsed(call.input);
    this.#hear({ type: 'tool.called', call: id, tool, input: inputText(input) });
    const { how, text } = await this.#permitted(call, input);
    if (how === 'denied') this.#hear({ type: 'permission.asked', tool, reason: text });
    this.#hear({ type: 'tool.ended', call: id, how });
    return text;
  }

  async #permitted({ tool }: ToolCall, input: unknown): Promise<Done> {
    const { permissions, bench, attention } = this.#options;
    const leave = leaveFor(tool, permissions);
    switch (leave.kind) {
      case 'unknown':
        return { how: 'failed', text: `there is no tool ${tool}` };
      case 'denied':
        return { how: 'denied', text: `its role has "permissions: ${permissions}"` };
      case 'asked': {
        const question = { tool, input: inputText(input) };
        const given = await askPerson(question, this.#asking, attention);
        if (given.answer === 'deny') return { how: 'denied', text: denialWords(given) };
        return attention.meanwhile(leave.tool.use(input, bench));
      }
      case 'allowed':
        return attention.meanwhile(leave.tool.use(input, bench));
    }
  }

  #end(found: Trouble | null, answer: string | null): void {
    this.#hear({ type: 'turn.ended', trouble: found, answer });
  }

  #hear(...signs: readonly Sign[]): void {
    this.#options.attention.take(signs);
  }
}

function troubleOfEnd({ finish }: Reply): Trouble | null {
  if (finish === 'stop' || finish === 'tool_calls') return null;
  if (finish === 'content_filter') return trouble('refused', 'the model refused');
  return trouble('malformed', `the model stopped early: ${finish}`);
}

/** What is no JSON is shown to the tool, which says so. */
function parsed(input: string): unknown {
  if (input.trim() === '') return {};
  try {
    return JSON.parse(input);
  } catch {
    return input;
  }
}

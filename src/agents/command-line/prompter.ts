/** Answers a program that asks a person in its stream: line by line, over its stdin. */
import type { AgentWorld } from '../agent.ts';
import { askPerson } from '../asking.ts';
import { Lines } from '../lines.ts';
import type { Attention } from '../listening/attention.ts';
import type { Mouth } from '../processes/process.ts';
import type { AskingDialect } from './dialect.ts';

type Asked = Extract<ReturnType<AskingDialect['read']>, { readonly kind: 'question' }>;

export class Prompter {
  readonly #asking: AskingDialect;
  readonly #world: AgentWorld;
  readonly #attention: Attention;
  readonly #lines: Lines;
  #mouth: Mouth | null = null;

  constructor(asking: AskingDialect, world: AgentWorld, attention: Attention) {
    this.#asking = asking;
    this.#world = world;
    this.#attention = attention;
    this.#lines = new Lines((line) => this.#take(line));
  }

  open(mouth: Mouth): void {
    this.#mouth = mouth;
  }

  /** What it printed. Once its turn is over it waits for another one: there is none. */
  hear(text: string): void {
    this.#lines.add(text);
    if (this.#attention.told.ended !== null) this.#mouth?.close();
  }

  #take(text: string): void {
    // Most lines are no questions, and may be long.
    if (!text.includes(this.#asking.mark)) return;
    const asked = this.#asking.read(parsed(text));
    if (asked.kind === 'question') void this.#ask(asked);
    if (asked.kind === 'unknown') this.#mouth?.say(asked.answer);
  }

  async #ask({ tool, input, answer }: Asked): Promise<void> {
    const leave = await askPerson({ tool, input }, this.#world, this.#attention);
    this.#mouth?.say(answer(leave));
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

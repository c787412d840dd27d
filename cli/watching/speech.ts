/** What an agent said in an attempt, as words; the programs that checked it as they said it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConversationTail, conversationFile, type Entry, speechOf } from '../../src/index.ts';
import { StreamTail, type Words } from './streams.ts';

type Attempt = ConstructorParameters<typeof StreamTail>;

/** Of a program that speaks no protocol, and of a run without conversations, the raw words. */
export class SpeechTail {
  readonly #token: Attempt[2];
  readonly #path: string;
  readonly #raw: StreamTail;
  readonly #told: ConversationTail;
  #speaks: 'unknown' | 'plainly' | 'a protocol' = 'unknown';

  constructor(...attempt: Attempt) {
    const [runFolder, , token] = attempt;
    this.#token = token;
    this.#path = join(runFolder, conversationFile(token));
    this.#raw = new StreamTail(...attempt);
    this.#told = new ConversationTail(this.#path);
  }

  /** What was not given before. */
  async *fresh(of: 'work' | 'work and checks'): AsyncGenerator<Words> {
    if (existsSync(this.#path))
      for await (const entry of this.#told.fresh()) yield* this.#say(entry);
    if (this.#speaks !== 'a protocol') yield* this.#raw.fresh(of);
    else if (of === 'work and checks') yield* this.#raw.fresh('checks');
  }

  *#say(entry: Entry): Generator<Words> {
    if (entry.type === 'conversation.begun') {
      this.#speaks = entry.adapter === 'command' ? 'plainly' : 'a protocol';
    }
    if (this.#speaks !== 'a protocol' || unsaid.has(entry.type)) return;
    const speech = speechOf(entry);
    if (speech === null) return;
    const isPart = 'piece' in entry && entry.piece === 'part';
    const isWhole = speech.text.endsWith('\n') || isPart || entry.type === 'agent.said';
    const text = isWhole ? speech.text : `${speech.text}\n`;
    yield { token: this.#token, stream: speech.who, text };
  }
}

/** The facts around it say these. */
const unsaid: ReadonlySet<Entry['type']> = new Set([
  ...(['conversation.begun', 'conversation.ended', 'prompt.given', 'account.leased'] as const),
]);

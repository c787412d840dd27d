/** The line of JSON each way between us and an agent that speaks a protocol on its stdio. */
import { Lines } from '../lines.ts';
import type { Mouth } from '../process.ts';

/** What is no JSON is passed over: programs print what they like before they begin to speak. */
export class Wire<Message> {
  readonly readable: ReadableStream<Message>;
  readonly writable: WritableStream<Message>;
  readonly #lines: Lines;
  #incoming: ReadableStreamDefaultController<Message> | null = null;
  #mouth: Mouth | null = null;
  /** Said before there was anybody to hear it. */
  #early: string[] = [];

  constructor() {
    this.#lines = new Lines((line) => this.#take(line));
    this.readable = new ReadableStream<Message>({
      start: (controller) => {
        this.#incoming = controller;
      },
    });
    this.writable = new WritableStream<Message>({
      write: (message) => this.#say(`${JSON.stringify(message)}\n`),
    });
  }

  open(mouth: Mouth): void {
    this.#mouth = mouth;
    for (const line of this.#early.splice(0)) mouth.say(line);
  }

  /** What the program printed. */
  hear(text: string): void {
    this.#lines.add(text);
  }

  /** Nothing more will be said to it: most programs end then. */
  hangUp(): void {
    this.#mouth?.close();
  }

  /** It will not print any more. */
  end(): void {
    this.#lines.end();
    this.#incoming?.close();
    this.#incoming = null;
  }

  #say(line: string): void {
    if (this.#mouth === null) this.#early.push(line);
    else this.#mouth.say(line);
  }

  #take(line: string): void {
    try {
      const message: unknown = JSON.parse(line);
      if (typeof message === 'object' && message !== null) {
        this.#incoming?.enqueue(message as Message);
      }
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
}

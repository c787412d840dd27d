/** The line of JSON each way between us and a program that speaks a protocol on its stdio. */
import { Lines } from './lines.ts';
import type { Mouth } from './processes/process.ts';

/** What is no JSON is passed over: programs print what they like before they begin to speak. */
export class Wire {
  /** Called for each message; those that came before anybody listened are lost. */
  onmessage: (message: object) => void = () => {};
  /** Called once the program will not say any more. */
  onend: () => void = () => {};
  readonly #lines = new Lines((line) => this.#take(line));
  #mouth: Mouth | null = null;
  /** Said before there was anybody to hear it. */
  readonly #early: string[] = [];

  open(mouth: Mouth): void {
    this.#mouth = mouth;
    for (const line of this.#early.splice(0)) mouth.say(line);
  }

  send(message: object): void {
    const line = `${JSON.stringify(message)}\n`;
    if (this.#mouth === null) this.#early.push(line);
    else this.#mouth.say(line);
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
    this.onend();
  }

  #take(line: string): void {
    try {
      const message: unknown = JSON.parse(line);
      if (typeof message === 'object' && message !== null) this.onmessage(message);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
}

/** A terminal or pipe that a test has in its hand: as slow, small or broken as it wants. */
import { Output } from '../../cli/terminal/render.ts';

export class FakeStream {
  text = '';
  columns = 40;
  rows = 10;
  isTTY = true;
  writableLength = 0;
  readonly listeners = new Map<string, (value?: unknown) => void>();
  accepts = true;

  write(text: string, done?: () => void): boolean {
    this.text += text;
    done?.();
    return this.accepts;
  }

  on(event: string, call: (value?: unknown) => void): this {
    this.listeners.set(event, call);
    return this;
  }

  off(event: string): this {
    this.listeners.delete(event);
    return this;
  }

  once = this.on;

  take(): string {
    const { text } = this;
    this.text = '';
    return text;
  }
}

type Stream = ConstructorParameters<typeof Output>[0];
export const outputTo = (stream: FakeStream): Output => new Output(stream as unknown as Stream);

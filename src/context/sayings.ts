/**
 * Hears what an agent wants the others to know: a line of JSON among its words.
 *
 *     {"troupe":"context.set","key":"api.port","value":"8080","ifVersion":3}
 *
 * A program says it on stderr, an agent that talks in a line of its text. `value` null takes the
 * key away; `ifVersion` is left out by whoever does not care who was there before.
 */
import type { AgentEvent } from '../agents/agent.ts';
import { Lines } from '../agents/lines.ts';
import type { ContextChange } from '../runs/shared-context.ts';

/** An attempt may say it so often; what it says after that changes nothing. */
const sayingsMax = 1_000;
const mark = '"context.set"';

export class Sayings {
  readonly #take: (change: Omit<ContextChange, 'by'>) => void;
  readonly #stderr = new Lines((line) => this.#read(line));
  readonly #text = new Lines((line) => this.#read(line));
  #count = 0;

  constructor(take: (change: Omit<ContextChange, 'by'>) => void) {
    this.#take = take;
  }

  hear(event: AgentEvent): void {
    if (event.type === 'agent.said' && event.stream === 'stderr') this.#stderr.add(event.text);
    if (event.type !== 'text.written') return;
    this.#text.add(event.text);
    if (event.piece === 'whole') this.#text.end();
  }

  /** Also the last line, which need not have an end. */
  end(): void {
    this.#stderr.end();
    this.#text.end();
  }

  #read(line: string): void {
    if (!line.includes(mark) || this.#count >= sayingsMax) return;
    const change = changeIn(line.trim());
    if (change === null) return;
    this.#count += 1;
    this.#take(change);
  }
}

function changeIn(line: string): Omit<ContextChange, 'by'> | null {
  const said = parsed(line);
  const { troupe, key, value, ifVersion } = said;
  if (troupe !== 'context.set' || typeof key !== 'string' || value === undefined) return null;
  const text = value === null || typeof value === 'string' ? value : JSON.stringify(value);
  const isFenced = typeof ifVersion === 'number' && Number.isSafeInteger(ifVersion);
  return { key, value: text, ...(isFenced ? { ifVersion } : {}) };
}

function parsed(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

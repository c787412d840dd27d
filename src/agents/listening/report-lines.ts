/**
 * What a program may tell of its attempt: lines of JSON on stderr that say `"troupe"`.
 *
 *     {"troupe":"usage","inputTokens":1200,"outputTokens":80,"costUsd":0.004}
 *     {"troupe":"limited","retryAfterMs":60000,"message":"429 Too Many Requests"}
 *     {"troupe":"exhausted","message":"no credit is left"}
 *     {"troupe":"unauthorized","message":"401"}
 *     {"troupe":"headers","headers":{"x-ratelimit-remaining-requests":"0","retry-after":"30"}}
 *
 * What it used adds up over its lines; what kept it from its work counts only when it fails.
 */
import type { LearnedLimits } from '../../../machines/loan.ts';
import { noUsage, type Usage, unknownUsage } from '../../../machines/outcome.ts';
import { limitsIn } from '../../../machines/rules/rate-headers.ts';
import { Lines } from '../lines.ts';
import { countAt, mapAt, numberAt, textAt } from '../loose-json.ts';
import { type Trouble, trouble } from '../trouble.ts';

export class ReportLines {
  /** The last that it told of; null when nothing kept it. */
  trouble: Trouble | null = null;
  limits: LearnedLimits | null = null;
  #usage: Usage | null = null;
  readonly #lines: Lines;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
    this.#lines = new Lines((line) => this.#read(line));
  }

  hear(text: string): void {
    this.#lines.add(text);
  }

  end(): void {
    this.#lines.end();
  }

  /** Of an attempt that somebody pays for and that told nothing, nobody knows what it cost. */
  usageOf({ isPaid }: { readonly isPaid: boolean }): Usage {
    return this.#usage ?? (isPaid && this.trouble === null ? unknownUsage : noUsage);
  }

  #read(line: string): void {
    if (!line.includes('"troupe"')) return;
    const said = parsed(line.trim());
    const message = textAt(said, 'message') ?? 'it said so';
    switch (textAt(said, 'troupe')) {
      case 'usage':
        this.#usage = sum(this.#usage, said);
        return;
      case 'limited':
        this.trouble = trouble('quota', message, { afterMs: pauseOf(said) });
        return;
      case 'exhausted':
        this.trouble = trouble('exhausted', message);
        return;
      case 'unauthorized':
        this.trouble = trouble('auth', message);
        return;
      case 'headers':
        this.limits = { ...this.limits, ...limitsIn(textsOf(mapAt(said, 'headers')), this.#now()) };
        return;
      default:
        return;
    }
  }
}

const pauseMinMs = 1_000;
const pauseMaxMs = 7 * 24 * 60 * 60_000;
const unknownPauseMs = 30_000;

function pauseOf(said: unknown): number {
  const told = numberAt(said, 'retryAfterMs') ?? unknownPauseMs;
  return Math.min(pauseMaxMs, Math.max(pauseMinMs, told));
}

function sum(before: Usage | null, said: unknown): Usage {
  const { inputTokens, outputTokens, cachedTokens = 0, costUsd } = before ?? noUsage;
  const cost = numberAt(said, 'costUsd');
  const isKnown = costUsd !== null && cost !== null && cost >= 0;
  return {
    inputTokens: inputTokens + countAt(said, 'inputTokens'),
    outputTokens: outputTokens + countAt(said, 'outputTokens'),
    cachedTokens: cachedTokens + countAt(said, 'cachedTokens'),
    costUsd: isKnown ? costUsd + cost : null,
  };
}

function textsOf(map: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, String(value)]));
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

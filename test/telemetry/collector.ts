/** A collector of traces and metrics on loopback, as OTLP over HTTP has it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';

export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly error: string | null;
}

export interface Collector {
  readonly url: string;
  readonly spans: readonly CollectedSpan[];
  readonly metrics: ReadonlySet<string>;
  /** All that was sent, as text. */
  readonly text: () => string;
}

interface Pair {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** To be called once, at the top of a test file. */
export function collectors(): () => Promise<Collector> {
  const closers: (() => void)[] = [];
  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });
  return async () => {
    const [spans, metrics, texts]: [CollectedSpan[], Set<string>, string[]] = [[], new Set(), []];
    const server = createServer((req, res) => {
      const parts: Buffer[] = [];
      req
        .on('data', (part: Buffer) => parts.push(part))
        .on('end', () => {
          const text = Buffer.concat(parts).toString('utf8');
          texts.push(text);
          take(JSON.parse(text), spans, metrics);
          res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
        });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}`, spans, metrics, text: () => texts.join('\n') };
  };
}

// biome-ignore lint/suspicious/noExplicitAny: it is what came over the wire
function take(sent: any, spans: CollectedSpan[], metrics: Set<string>): void {
  for (const { scopeSpans } of sent.resourceSpans ?? []) {
    for (const { spans: found } of scopeSpans) for (const each of found) spans.push(spanOf(each));
  }
  for (const { scopeMetrics } of sent.resourceMetrics ?? []) {
    for (const scope of scopeMetrics) for (const { name } of scope.metrics) metrics.add(name);
  }
}

// biome-ignore lint/suspicious/noExplicitAny: it is what came over the wire
function spanOf(span: any): CollectedSpan {
  const { traceId, spanId, parentSpanId = '', name, status } = span;
  const pairs = (span.attributes as readonly Pair[]).map(({ key, value }) => {
    return [key, Object.values(value)[0]];
  });
  return {
    ...{ traceId, spanId, parentSpanId, name, attributes: Object.fromEntries(pairs) },
    startMs: Number(BigInt(span.startTimeUnixNano) / 1_000_000n),
    endMs: Number(BigInt(span.endTimeUnixNano) / 1_000_000n),
    error: status?.code === 2 ? (status.message ?? '') : null,
  };
}

/**
 * Sends what happens in a run to whoever collects traces and metrics, over OTLP.
 *
 * Owns: the exporters of one run in this process, and their queues.
 * Invariants: a run never waits for a collector, nor fails of one; queues are bounded by the SDK.
 */
import { createHash } from 'node:crypto';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type IdGenerator,
  RandomIdGenerator,
} from '@opentelemetry/sdk-trace-base';
import type { AgentEvent } from '../agents/agent.ts';
import type { Bus, Envelope, Subscription } from '../bus/bus.ts';
import { type Clock, sleep } from '../kernel/clock.ts';
import type { Plan } from '../plan/plan.ts';
import type { RunFact } from '../runs/run.ts';
import { Meters } from './meters.ts';
import { Spans } from './spans.ts';
import type { Wanted } from './wanted.ts';

export interface TelemetryOptions {
  readonly wanted: Wanted;
  readonly run: string;
  readonly plan: Plan;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly version: string;
}

export interface Telemetry {
  /**
   * Once the bus is closed: sends what is left, for a moment. Nobody waits for a collector that is
   * gone.
   */
  close(): Promise<void>;
}

/** Of the last things that are to be sent. */
const farewellMs = 3_000;

export function openTelemetry(options: TelemetryOptions): Telemetry {
  const { run, bus, clock } = options;
  const [tracing, metering] = [tracingOf(options), meteringOf(options)];
  const heard = bus.subscribe(`run/${run}/*`);
  const ended = follow(heard, { run, clock, spans: tracing?.spans, meters: metering?.meters });
  return {
    async close() {
      await ended;
      tracing?.spans.end(clock.now());
      metering?.meters.close();
      const sent = [tracing?.provider.shutdown(), metering?.provider.shutdown()];
      await Promise.race([Promise.allSettled(sent), sleep(clock, farewellMs)]);
    },
  };
}

function tracingOf({ wanted, run, plan, clock, version }: TelemetryOptions) {
  if (!wanted.traces) return null;
  const provider = new BasicTracerProvider({
    resource: resourceOf(run, version),
    idGenerator: new RunIds(run),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  const tracer = provider.getTracer('troupe', version);
  return { provider, spans: new Spans({ tracer, run, plan, at: clock.now() }) };
}

function meteringOf({ wanted, run, version }: TelemetryOptions) {
  if (!wanted.metrics) return null;
  const reader = new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter() });
  const provider = new MeterProvider({ resource: resourceOf(run, version), readers: [reader] });
  return { provider, meters: new Meters(provider.getMeter('troupe', version)) };
}

function resourceOf(run: string, version: string) {
  return resourceFromAttributes({
    'service.name': 'troupe',
    'service.version': version,
    'service.instance.id': run,
  });
}

/** All lives of a run are one trace. */
class RunIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  readonly #trace: string;

  constructor(run: string) {
    this.#trace = createHash('sha256').update(`troupe/${run}`).digest('hex').slice(0, 32);
  }

  generateTraceId(): string {
    return this.#trace;
  }

  generateSpanId(): string {
    return this.#random.generateSpanId();
  }
}

interface Listeners {
  readonly run: string;
  readonly clock: Clock;
  readonly spans: Spans | undefined;
  readonly meters: Meters | undefined;
}

async function follow(heard: Subscription, listeners: Listeners): Promise<void> {
  for await (const envelope of heard) pass(envelope, listeners);
}

function pass({ to, event }: Envelope, { run, clock, spans, meters }: Listeners): void {
  const words = `run/${run}/words/`;
  if (!to.startsWith(words)) {
    const fact = event as unknown as RunFact;
    spans?.take(fact);
    meters?.take(fact);
    return;
  }
  const said = event as unknown as AgentEvent;
  spans?.hear(to.slice(words.length), said, clock.now());
  meters?.hear(said);
}

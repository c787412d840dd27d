/** The numbers of many runs, in the text that Prometheus reads when it asks. */
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import type { Run } from '../runs/run.ts';
import { Meters } from './meters.ts';

export class RunMeters {
  readonly #reader = new OnDemandReader();
  readonly #serializer = new PrometheusSerializer();
  readonly #provider: MeterProvider;

  constructor(version: string) {
    const resource = resourceFromAttributes({
      'service.name': 'troupe',
      'service.version': version,
    });
    this.#provider = new MeterProvider({ resource, readers: [this.#reader] });
  }

  /** Counts what happens in a run, from now until it ends. */
  async follow(run: Run): Promise<void> {
    const meters = new Meters(this.#provider.getMeter('troupe'));
    for await (const fact of run.events()) meters.take(fact);
    meters.close();
  }

  async text(): Promise<string> {
    const { resourceMetrics } = await this.#reader.collect();
    return this.#serializer.serialize(resourceMetrics);
  }
}

/** Gives its numbers when it is asked, and never by itself. */
class OnDemandReader extends MetricReader {
  protected async onForceFlush(): Promise<void> {}
  protected async onShutdown(): Promise<void> {}
}

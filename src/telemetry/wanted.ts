/** Whether anybody wants to be told, read from OpenTelemetry's usual variables. Pure. */
type Environment = Readonly<Record<string, string | undefined>>;

export interface Wanted {
  readonly traces: boolean;
  readonly metrics: boolean;
}

/** Nothing is sent unless an address is given. */
export function wantedIn(environment: Environment): Wanted {
  if (environment.OTEL_SDK_DISABLED?.toLowerCase() === 'true')
    return { traces: false, metrics: false };
  return { traces: isWanted(environment, 'TRACES'), metrics: isWanted(environment, 'METRICS') };
}

function isWanted(environment: Environment, signal: 'TRACES' | 'METRICS'): boolean {
  if (environment[`OTEL_${signal}_EXPORTER`] === 'none') return false;
  const { OTEL_EXPORTER_OTLP_ENDPOINT: shared } = environment;
  return Boolean(environment[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`] || shared);
}

/** Traces and metrics of real runs, at a real collector; and none where nobody asked for them. */
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { wantedIn } from '../../src/telemetry/wanted.ts';
import { Desk } from '../cli/troupe.ts';
import { type CollectedSpan, collectors } from './collector.ts';

const collect = collectors();

const plan = `name: traced
agents:
  cat: { adapter: command, run: [cat] }
  shy: { adapter: command, run: [sh, -c, "exit 3"] }
tasks:
  - { id: good, agent: cat, prompt: "the secret word is xyzzy" }
  - { id: bad, agent: shy, needs: [good], retries: 1, backoff: { initial: 1ms } }
`;

function desk(): Desk {
  const made = new Desk();
  writeFileSync(made.path('plan.yaml'), plan);
  return made;
}

function find(spans: readonly CollectedSpan[], name: string): readonly CollectedSpan[] {
  return spans.filter((span) => span.name === name);
}

test('a run is one trace: its tasks are in it, and their attempts in them', async () => {
  const collector = await collect();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  const { code } = await desk().type(['run', 'plan.yaml', '--json'], { env });
  expect(code).toBe(1);
  const { spans } = collector;
  const [run] = find(spans, 'run traced');
  const [good] = find(spans, 'task good');
  const [bad] = find(spans, 'task bad');
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  expect([good?.parentSpanId, bad?.parentSpanId]).toEqual([run?.spanId, run?.spanId]);
  expect(run?.error).toContain('1 failed');
  expect(good).toMatchObject({ error: null, attributes: { 'troupe.task.status': 'succeeded' } });
  expect(bad?.attributes).toMatchObject({ 'troupe.task.status': 'failed' });
  const tries = spans.filter(({ parentSpanId }) => parentSpanId === bad?.spanId);
  expect(tries.map(({ attributes }) => attributes['troupe.attempt'])).toEqual([1, 2]);
  expect(tries[0]?.attributes).toMatchObject({
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.provider.name': 'command',
    'error.type': expect.any(String),
  });
});

test('no span ends after the one it is in, nor begins before it', async () => {
  const collector = await collect();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  await desk().type(['run', 'plan.yaml', '--quiet'], { env });
  const byId = new Map(collector.spans.map((span) => [span.spanId, span]));
  const inside = collector.spans.filter(({ parentSpanId }) => parentSpanId !== '');
  expect(inside.length).toBeGreaterThan(4);
  for (const span of inside) {
    const outer = byId.get(span.parentSpanId);
    expect(outer && outer.startMs <= span.startMs && span.endMs <= outer.endMs).toBe(true);
  }
});

test('metrics count tasks, attempts and time; words of agents are not sent', async () => {
  const collector = await collect();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  await desk().type(['run', 'plan.yaml', '--quiet'], { env });
  expect([...collector.metrics]).toEqual(
    expect.arrayContaining(['troupe.tasks', 'troupe.attempts', 'troupe.task.duration']),
  );
  expect(collector.text()).not.toContain('xyzzy');
});

test('a collector that is not there changes nothing of the run', async () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
  const made = desk();
  const { code, stderr } = await made.type(['run', 'plan.yaml', '--quiet'], { env });
  expect(code).toBe(1);
  expect(stderr).not.toMatch(/ECONNREFUSED|otel/i);
});

describe('it is sent', () => {
  test.each([
    ['never by itself', {}, [false, false]],
    ['where a collector is named', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x' }, [true, true]],
    ['only traces', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://x' }, [true, false]],
    [
      'not what is switched off',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_METRICS_EXPORTER: 'none' },
      [true, false],
    ],
    [
      'not when all is switched off',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_SDK_DISABLED: 'true' },
      [false, false],
    ],
  ])('%s', (_, environment, [traces, metrics]) => {
    expect(wantedIn(environment)).toEqual({ traces, metrics });
  });
});

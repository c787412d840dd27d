/** An adapter that is loaded when it is first needed: most runs have none of its kind. */
import { noOutput, noUsage, type Outcome } from '../../machines/outcome.ts';
import type { Adapter, Left } from './agent.ts';
import { broken } from './faults.ts';

export function lateAdapter(name: string, load: () => Promise<Adapter>): Adapter {
  let loading: Promise<Adapter> | null = null;
  const loaded = (): Promise<Adapter> => {
    loading ??= load();
    return loading;
  };
  return {
    name,
    open: () => loaded().then((adapter) => adapter.open(), broken),
    work: (assignment, world) =>
      loaded().then((adapter) => adapter.work(assignment, world), notLoaded),
    // Whoever can not recall lets the next attempt begin anew.
    recall: async (attempt): Promise<Left> => (await loaded()).recall?.(attempt) ?? nobody,
  };
}

const nobody: Left = { usage: { ...noUsage, costUsd: null } };

function notLoaded(error: unknown): Outcome {
  const measured = { durationMs: 0, output: noOutput, usage: noUsage, evidence: [] };
  return { kind: 'failed', fault: broken(error), ...measured };
}

/** The run as a whole at one moment: what its orchestrator knows, in one row. */
import { orchestratorAddress } from '../../machines/ids.ts';
import type { OrchestratorContext } from '../../machines/rules/orchestration.ts';
import type { Core } from '../kernel/core.ts';
import { statusOf } from '../runs/view.ts';
import type { ActorRow, RunHead } from './wire.ts';

const microsPerUsd = 1_000_000;

/** What the state of the system alone does not say. */
export type Around = Pick<RunHead, 'life' | 'firstN' | 'begunAt' | 'total'>;

export function headOf(core: Core, rows: Iterable<ActorRow>, around: Around): RunHead {
  const orchestrator = core.registry.lookUp(orchestratorAddress);
  const books = orchestrator?.state.context as OrchestratorContext | undefined;
  const { n, at, factSeq } = core.counters;
  const budget = books?.purse.budget ?? null;
  return {
    ...around,
    n,
    at,
    status: statusOf(orchestrator),
    counts: books?.counts ?? { succeeded: 0, failed: 0, skipped: 0, cancelled: 0 },
    costUsd: costOf(rows),
    reason: books && books.halt.kind !== 'none' ? books.halt.reason : '',
    concurrency: books?.dispatch.concurrency ?? 0,
    budgetUsd: budget === null ? null : budget / microsPerUsd,
    reservedUsd: (books?.purse.reserved ?? 0) / microsPerUsd,
    facts: factSeq,
  };
}

/** Null while a price is unknown. */
function costOf(rows: Iterable<ActorRow>): number | null {
  let total = 0;
  for (const { machine, costUsd } of rows) {
    if (machine !== 'task') continue;
    if (costUsd === null) return null;
    total += costUsd;
  }
  return total;
}

/** Brings a run to life: what an earlier life left undone, then its orchestrator and its plan. */
import { orchestratorAddress } from '../../machines/ids.ts';
import {
  agentMachine,
  contextMachine,
  orchestratorMachine,
  supervisorMachine,
  taskMachine,
} from '../../machines/index.ts';
import type { System } from '../kernel/system.ts';
import { compilePlan } from '../plan/compile.ts';
import type { Run } from './run.ts';

/** Those that every run consists of. */
export const runMachines = [
  orchestratorMachine,
  supervisorMachine,
  agentMachine,
  taskMachine,
  contextMachine,
];

/** What an earlier life left undone comes first: whoever is called next may count on it. */
export async function launch(run: Run, system: System, restore: () => void): Promise<void> {
  restore();
  // It may have been stopped meanwhile: what is started now, nobody would end.
  if (run.state === 'over') return;
  system.start();
  if (!system.core.registry.lookUp(orchestratorAddress)) {
    system.spawn(orchestratorMachine, { id: orchestratorAddress });
  }
  run.watch();
  const orchestrator = system.ref(orchestratorMachine, orchestratorAddress);
  if (orchestrator.snapshot()?.value !== 'planning') return;
  await orchestrator.send({ type: 'plan.submit', plan: compilePlan(run.plan) });
}

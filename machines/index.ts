/** The machines of the product, and what is known of a plan: this leaf imports nothing of ours. */
export { accountMachine } from './account.ts';
export { agentMachine } from './agent.ts';
export { contextMachine } from './context.ts';
export { memoryWorkerMachine } from './memory-worker.ts';
export { orchestratorMachine } from './orchestrator.ts';
export { supervisorMachine } from './supervisor.ts';
export { taskMachine } from './task.ts';

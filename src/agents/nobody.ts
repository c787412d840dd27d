/** What stands in for an agent where none can be used: it says what each one lacks. */
import { noOutput, noUsage } from '../../machines/outcome.ts';
import type { Adapter } from './agent.ts';
import type { AgentSurvey } from './survey.ts';

export function nobodyUsable(looked: readonly AgentSurvey[]): Adapter {
  const lacks = looked.map(({ name, status, fix }) => `${name} is ${status} (${fix})`);
  const message = `no agent can be used here: ${lacks.join('; ')}`;
  const fault = { code: 'agent.none-usable', message, retryable: false };
  const measured = { durationMs: 0, output: noOutput, usage: noUsage, evidence: [] };
  return {
    name: 'auto',
    open: async () => fault,
    work: async () => ({ kind: 'failed', fault, ...measured }),
  };
}

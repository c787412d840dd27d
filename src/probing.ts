/** Asks each agent of this machine for one word: whether it answers, how soon, and for how much. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentId, roleName, runId, taskId, token } from '../machines/ids.ts';
import { priced, priceOf } from './accounts/prices.ts';
import type { Assignment } from './agents/agent.ts';
import { presets } from './agents/api/endpoints.ts';
import { openGuardian } from './agents/processes/guardian.ts';
import { type AgentSurvey, surveyAgents } from './agents/survey.ts';
import type { Config } from './config.ts';
import { adapterOf } from './crew/staffing.ts';
import { Cancellation } from './kernel/cancellation.ts';
import type { Clock } from './kernel/clock.ts';
import { definePlan, type PlanDocument } from './plan/define.ts';
import type { PlanRole } from './plan/plan.ts';
import { runFolder } from './runs/folder.ts';

export interface Probe {
  readonly name: string;
  /** Null when there was none. */
  readonly answer: string | null;
  readonly durationMs: number;
  /** Null: nobody knows. */
  readonly costUsd: number | null;
  /** Why there was no answer; empty when there was one. */
  readonly fault: string;
}

const prompt = 'Answer with the one word: ready';
const withinMs = 120_000;
const answerMaxCharacters = 200;

/** Those that are ready, all at once; each in an empty folder that is taken away again. */
export async function probeAgents(config: Config, clock: Clock): Promise<readonly Probe[]> {
  const surveys = await surveyAgents(config.environment);
  const usable = surveys.filter(({ status }) => status === 'ready' || status === 'logged-out');
  return Promise.all(usable.map((survey) => probe(survey, config, clock)));
}

async function probe({ name }: AgentSurvey, config: Config, clock: Clock): Promise<Probe> {
  const folder = await mkdtemp(join(tmpdir(), 'troupe-probe-'));
  const guardian = openGuardian({ environment: config.environment });
  try {
    const role = roleFor(name);
    const { environment } = config;
    const place = runFolder(folder, runId('probe'));
    await mkdir(place.path, { recursive: true });
    const accounting = { priceFor: () => priceFor(role) };
    const staff = { folder: place, order: { speed: 1 }, guardian, environment, accounting };
    const world = { clock, cancellation: new Cancellation(), tell: () => {} };
    const outcome = await adapterOf(role, staff).work(assignmentIn(folder), world);
    const { durationMs, output, usage } = outcome;
    const costUsd = usage.costUsd ?? priceFor(role)(usage);
    if (outcome.kind !== 'succeeded') {
      return { name, answer: null, durationMs, costUsd, fault: outcome.fault.message };
    }
    const answer = output.text.trim().slice(0, answerMaxCharacters);
    return { name, answer, durationMs, costUsd, fault: '' };
  } finally {
    await guardian.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function priceFor(role: PlanRole) {
  const price = priceOf('model' in role ? role.model : null);
  return (usage: Parameters<typeof priced>[0]) => priced(usage, price).costUsd;
}

function roleFor(name: string): PlanRole {
  const model = name === 'openai' || name === 'grok' ? { model: presets[name].model } : {};
  const role = { adapter: name, permissions: 'read', startWithin: '60s', ...model };
  const document = { agents: { probe: role }, tasks: [{ id: 'probe', prompt }] };
  return definePlan(document as PlanDocument).roles[0] as PlanRole;
}

function assignmentIn(cwd: string): Assignment {
  return {
    task: taskId('probe'),
    role: roleName('probe'),
    agent: agentId('probe-1'),
    ...{ token: token(1), attempt: 1, prompt, argv: [], env: {}, cwd },
    ...{ artifactsFolder: cwd, timeoutMs: withinMs, seed: 1 },
  };
}

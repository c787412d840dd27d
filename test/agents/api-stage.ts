/** A scripted model on loopback, and an agent of the API kind that works with it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Assignment } from '../../src/agents/agent.ts';
import { type ApiAgentOptions, apiAgent } from '../../src/agents/openai.ts';
import {
  type ModelServer,
  openModelServer,
  type Reply,
  type Script,
} from '../real/model-server.ts';
import { guardian, makeAssignment, makeWorld, run, type WatchedWorld } from './attempt.ts';

export const free: ApiAgentOptions['caps'] = { maxTurns: null, maxTokens: null, budgetUsd: null };

export function apiOptions(
  runFolder: string,
  url: string,
  given: Partial<ApiAgentOptions> = {},
): ApiAgentOptions {
  return {
    ...{ name: 'openai', model: 'scripted', permissions: 'full', caps: free },
    endpoint: { baseUrl: `${url}/v1`, ticksPerUsd: 1e10 },
    priceOf: () => null,
    ...{ keyVariable: null, isLent: false, env: {} },
    ...{ environment: process.env, guardian, runFolder, runId: run },
    ...{ startWithinMs: 60_000, silenceMs: 60_000, retryMs: 1, graceMs: 50 },
    ...given,
  };
}

export interface Played {
  readonly script: Script;
  readonly options?: Partial<ApiAgentOptions>;
  readonly assignment?: Partial<Assignment>;
  readonly world?: WatchedWorld;
}

let plays = 0;

export const call = (tool: string, input: object): Reply => ({ kind: 'calls', tool, input });
export const says = (text: string): Reply => ({ kind: 'says', text });

/** The replies one after the other; the last one for ever. */
export const inTurn =
  (...replies: readonly Reply[]): Script =>
  ({ number }) =>
    replies[Math.min(number, replies.length) - 1] ?? says('done');

export async function play(runFolder: string, given: Played) {
  const server: ModelServer = await openModelServer(given.script);
  plays += 1;
  const cwd = join(runFolder, `place-${plays}`);
  mkdirSync(cwd);
  const world = given.world ?? makeWorld();
  const assignment = makeAssignment(runFolder, { cwd, ...given.assignment });
  const adapter = apiAgent(apiOptions(runFolder, server.url, given.options));
  try {
    const outcome = await adapter.work(assignment, world);
    return { outcome, cwd, assignment, told: world.told, requests: server.requests, adapter };
  } finally {
    await server.close();
  }
}

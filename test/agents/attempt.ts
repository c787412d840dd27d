/** One attempt for tests: a run folder of its own, an assignment, the options of a process. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentId, roleName, runId, taskId, token } from '../../machines/ids.ts';
import type { AgentEvent, AgentWorld, Assignment } from '../../src/agents/agent.ts';
import { openGuardian } from '../../src/agents/processes/guardian.ts';
import type { ProcessOptions } from '../../src/agents/processes/process.ts';
import { Cancellation } from '../../src/kernel/cancellation.ts';
import { systemClock } from '../../src/kernel/clock.ts';

let tokens = 0;

export const run = runId(`test-${process.pid}`);

export function makeRunFolder(): string {
  return mkdtempSync(join(tmpdir(), 'troupe-agents-'));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

export function makeAssignment(runFolder: string, given: Partial<Assignment> = {}): Assignment {
  tokens += 1;
  const artifactsFolder = join(runFolder, 'artifacts', 'build');
  mkdirSync(artifactsFolder, { recursive: true });
  return {
    task: taskId('build'),
    role: roleName('coder'),
    agent: agentId('coder-1'),
    token: token(tokens),
    attempt: 1,
    prompt: 'do it',
    argv: [],
    env: {},
    cwd: runFolder,
    artifactsFolder,
    timeoutMs: 120_000,
    seed: 1,
    ...given,
  };
}

export interface WatchedWorld extends AgentWorld {
  readonly told: readonly AgentEvent[];
  readonly abort: () => void;
}

export function makeWorld(): WatchedWorld {
  const told: AgentEvent[] = [];
  const cancellation = new Cancellation();
  return {
    clock: systemClock,
    cancellation,
    tell: (event) => told.push(event),
    told,
    abort: () => cancellation.request(),
  };
}

export const guardian = openGuardian({ environment: process.env });

export function processOptions(
  runFolder: string,
  argv: readonly string[],
  given: Partial<ProcessOptions> = {},
): ProcessOptions {
  tokens += 1;
  return {
    argv,
    cwd: runFolder,
    environment: process.env,
    variables: {},
    marks: { TROUPE_RUN: run, TROUPE_TOKEN: String(tokens) },
    stdin: '',
    stdoutPath: join(runFolder, 'streams', `${tokens}.out.txt`),
    stderrPath: join(runFolder, 'streams', `${tokens}.err.txt`),
    runFolder,
    token: token(tokens),
    timeoutMs: 120_000,
    clock: systemClock,
    signal: new AbortController().signal,
    guardian,
    ...given,
  };
}

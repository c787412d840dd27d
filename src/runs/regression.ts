/** A journal as a test: what its inputs lead to, and a file that says so for good. */
import { createHash } from 'node:crypto';
import { orchestratorAddress } from '../../machines/ids.ts';
import type { TaskContext } from '../../machines/rules/attempt.ts';
import type { AgentContext } from '../../machines/rules/duty.ts';
import type { OrchestratorContext } from '../../machines/rules/orchestration.ts';
import type { Actor } from '../kernel/actor.ts';
import { Charts } from '../kernel/charts.ts';
import { Core } from '../kernel/core.ts';
import type { LoggedInput, StoredSystem } from '../kernel/log.ts';
import { restoreCore, type StoredCore } from '../kernel/persist.ts';
import { runMachines } from './launch.ts';
import { type RunStatus, stateOf, statusOf } from './view.ts';

/** What the machines of this version make of a run's inputs. */
export interface ReplayOutcome {
  readonly status: RunStatus;
  /** Why it ended otherwise than well; empty when it did not. */
  readonly reason: string;
  /** By task: its state, and the attempts it took. */
  readonly tasks: Readonly<Record<string, { readonly state: string; readonly attempts: number }>>;
  /** By agent: its state. */
  readonly agents: Readonly<Record<string, string>>;
  /** How many were told, and the hash of them all, each with its time and its actor. */
  readonly facts: { readonly count: number; readonly sha256: string };
}

/** `base`: the stored system that the first record follows, when they begin in the middle. */
export function replayRecords(
  records: Iterable<LoggedInput>,
  base: StoredSystem | null = null,
): ReplayOutcome {
  const charts = new Charts(runMachines);
  const core = new Core(charts);
  if (base) restoreCore(core, charts, base.core as StoredCore);
  const hash = createHash('sha256');
  let count = 0;
  for (const record of records) {
    for (const wish of core.apply(record)) {
      if (wish.kind !== 'fact') continue;
      const { seq, at, actor, event } = wish;
      hash.update(`${JSON.stringify({ seq, at, actor, ...event })}\n`);
      count += 1;
    }
  }
  return { ...standingOf(core), facts: { count, sha256: hash.digest('hex') } };
}

function standingOf(core: Core): Omit<ReplayOutcome, 'facts'> {
  const actors = [...core.registry.ended(), ...core.registry.living()];
  const of = (machine: string): readonly Actor[] =>
    actors.filter(({ chart }) => chart.key === machine);
  const orchestrator = core.registry.lookUp(orchestratorAddress);
  const { halt } = (orchestrator?.state.context ?? {}) as Partial<OrchestratorContext>;
  const tasks = of('task').map((actor) => {
    const { spec, attempt: attempts } = actor.state.context as TaskContext;
    return [spec.id, { state: stateOf(actor), attempts }] as const;
  });
  const agents = of('agent').map((actor) => {
    return [(actor.state.context as AgentContext).id, stateOf(actor)] as const;
  });
  return {
    status: statusOf(orchestrator),
    reason: halt && halt.kind !== 'none' ? halt.reason : '',
    tasks: Object.fromEntries(tasks),
    agents: Object.fromEntries(agents),
  };
}

export interface Regression {
  readonly run: string;
  readonly records: readonly LoggedInput[];
  readonly base: StoredSystem | null;
}

/** A file for vitest that needs nothing but this package: it holds the whole journal. */
export function* regressionTest({ run, records, base }: Regression): Generator<string> {
  const outcome = replayRecords(records, base);
  yield `/** The run ${run}, replayed: its inputs lead where they led before. */\n`;
  yield `import { replayRecords } from ${quoted('troupe')};\n`;
  yield `import { expect, test } from ${quoted('vitest')};\n\n`;
  yield '/** Every input of the run, as its journal has it. */\nconst journal = [\n';
  for (const record of records) yield `  ${quoted(JSON.stringify(record))},\n`;
  yield '];\n';
  const more = base ? ', base' : '';
  if (base) {
    yield '\n/** What the first of them follows. */\n';
    yield `const base = JSON.parse(${quoted(JSON.stringify(base))});\n`;
  }
  yield `\nconst outcome = replayRecords(journal.map((line) => JSON.parse(line))${more});\n`;
  yield* assertions(outcome);
}

function* assertions({ status, reason, tasks, agents, facts }: ReplayOutcome): Generator<string> {
  const told = `{ status: ${quoted(status)}, reason: ${quoted(reason)} }`;
  yield `\ntest('the run ends as it did', () => {\n`;
  yield `  expect(outcome).toMatchObject(${told});\n});\n`;
  yield `\ntest('every task ends as it did', () => {\n`;
  yield `  expect(outcome.tasks).toEqual(${literal(tasks)});\n});\n`;
  yield `\ntest('every agent ends as it did', () => {\n`;
  yield `  expect(outcome.agents).toEqual(${literal(agents)});\n});\n`;
  yield `\ntest('the same facts are told, in the same order', () => {\n`;
  yield `  expect(outcome.facts).toEqual(${literal(facts)});\n});\n`;
}

/** As a person would write it; a key such as __proto__ is none when it is written out. */
function literal(value: unknown, indent = '  '): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([key, each]) => {
    return [keyOf(key), literal(each, `${indent}  `)] as const;
  });
  const line = `{ ${entries.map(([key, text]) => `${key}: ${text}`).join(', ')} }`;
  if (indent !== '  ') return entries.length === 0 ? '{}' : line;
  return `{\n${entries.map(([key, text]) => `    ${key}: ${text},\n`).join('')}  }`;
}

function keyOf(key: string): string {
  if (key === '__proto__') return "['__proto__']";
  return /^[a-z_$][\w$]*$/i.test(key) ? key : quoted(key);
}

function quoted(text: string): string {
  const escaped = text.replace(/[\\'\n\r]/g, (letter) => escapes[letter] ?? `\\${letter}`);
  return `'${escaped}'`;
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r' };

/** The agent that is any program which speaks the Agent Client Protocol on its stdio. */

import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { AnyMessage } from '@agentclientprotocol/sdk';
import { noOutput, noUsage, type Outcome, unknownUsage } from '../../machines/outcome.ts';
import { sleep } from '../kernel/clock.ts';
import { AcpClient } from './acp/client.ts';
import { talk } from './acp/talk.ts';
import { signsOfUpdate } from './acp/updates.ts';
import { Wire } from './acp/wire.ts';
import type { Adapter, AgentWorld, Assignment, Left, LostAttempt } from './agent.ts';
import { keepAnswer } from './answer.ts';
import { Attention } from './attention.ts';
import { outcomeOf, sessionOf } from './closing.ts';
import { commonHint, type Permissions } from './dialect.ts';
import { attemptMarks, attemptVariables, type Environment, type Run } from './environment.ts';
import { Errands } from './errand.ts';
import { exitEvidence } from './exit-evidence.ts';
import { broken, errnoOf, outputLost } from './faults.ts';
import type { Guardian } from './guardian.ts';
import { Lines } from './lines.ts';
import { mapAt, textAt } from './loose-json.ts';
import { defaultGraceMs, type Ended, runProcess } from './process.ts';
import { streamPaths } from './streams.ts';
import { Testimony } from './testimony.ts';
import type { Trouble } from './trouble.ts';
import { settle } from './usage.ts';
import { judge } from './verdict.ts';

export interface AcpAgentOptions extends Run {
  readonly model: string | null;
  readonly permissions: Permissions;
  readonly environment: Environment;
  readonly guardian: Guardian;
  readonly startWithinMs: number;
  readonly silenceMs: number;
  readonly graceMs?: number;
}

export function acpAgent(options: AcpAgentOptions): Adapter {
  return {
    name: 'acp',
    // Which program is meant is known by the assignments only.
    open: async () => null,
    work: (assignment, world) => work(assignment, world, options).catch(crashed),
    recall: (attempt) => recall(attempt, options.runFolder),
  };
}

function crashed(error: unknown): Outcome {
  const fault = errnoOf(error) === null ? broken(error) : outputLost('its answer', error);
  const measured = { durationMs: 0, output: noOutput, usage: unknownUsage, evidence: [] };
  return { kind: 'failed', fault, ...measured };
}

/** What came of the program, and of the talk with it. */
interface Finished {
  readonly ended: Ended;
  readonly told: Testimony;
  readonly stopped: Trouble | null;
}

async function work(
  assignment: Assignment,
  world: AgentWorld,
  options: AcpAgentOptions,
): Promise<Outcome> {
  const { ended, told, stopped } = await run(assignment, world, options);
  const { earlier, timeoutMs, argv } = assignment;
  const [program = 'acp'] = argv;
  // Once its turn was over it was we who ended it.
  const isOurs = told.ended !== null && stopped === null && !world.signal.aborted;
  const { model, permissions } = options;
  const settings = { model, permissions, maxTurns: null, budgetUsd: null };
  const logIn = 'log in as the program itself says';
  const verdict = judge({
    dialect: { program, hintFor: (found) => commonHint(found, settings, logIn) },
    settings,
    ended: isOurs ? { ...ended, ending: { kind: 'exited', exitCode: 0 } } : ended,
    ...{ told, stopped, asked: earlier?.session?.id ?? null, timeoutMs },
  });
  const { used, counters } = settle(told.counted, earlier?.session ?? null);
  const measured = {
    durationMs: ended.durationMs,
    usage: told.counted === null && told.replies === 0 ? noUsage : used,
    evidence: [
      exitEvidence(ended, program, verdict.kind === 'well', {
        toolCalls: told.toolCalls,
        denials: told.denials.size,
      }),
    ],
    ...sessionOf(told, assignment, counters),
    output: await keepAnswer(told.answer, assignment, options.runFolder),
  };
  return outcomeOf(verdict, measured, assignment, world.clock.now());
}

async function run(
  assignment: Assignment,
  world: AgentWorld,
  options: AcpAgentOptions,
): Promise<Finished> {
  const { clock, tell } = world;
  const { runFolder, environment, guardian, graceMs = defaultGraceMs } = options;
  const over = new AbortController();
  let stopped: Trouble | null = null;
  const stop = (trouble: Trouble): void => {
    if (!world.signal.aborted && !over.signal.aborted) stopped = trouble;
    over.abort();
  };
  const { startWithinMs, silenceMs } = options;
  const attention = new Attention({ startWithinMs, silenceMs, clock, tell, stop });
  const signal = AbortSignal.any([world.signal, over.signal]);
  const session = new Session(assignment, world, options, attention, signal);
  const paths = streamPaths(assignment.task, assignment.token);
  const ended = await runProcess({
    argv: assignment.argv,
    cwd: assignment.cwd,
    ...{ environment, guardian, clock, runFolder, graceMs },
    variables: attemptVariables(assignment),
    marks: attemptMarks(options, assignment),
    stdin: '',
    stdoutPath: join(runFolder, paths.stdout),
    stderrPath: join(runFolder, paths.stderr),
    token: assignment.token,
    timeoutMs: assignment.timeoutMs,
    signal,
    talk: (mouth) => {
      session.wire.open(mouth);
      void session.hold(graceMs).then(() => over.abort());
    },
    started: (pid) => {
      attention.begin();
      tell({ type: 'agent.started', pid });
    },
    said: (stream, text) => {
      attention.overhear();
      if (stream === 'stdout') session.wire.hear(text);
      else tell({ type: 'agent.said', stream, text });
    },
  });
  over.abort();
  await session.end();
  attention.end();
  return { ended, told: attention.told, stopped };
}

/** One talk with one program. */
class Session {
  readonly wire = new Wire<AnyMessage>();
  readonly #client: AcpClient;
  readonly #options: AcpAgentOptions;
  readonly #attention: Attention;
  readonly #assignment: Assignment;
  readonly #world: AgentWorld;
  readonly #signal: AbortSignal;
  #holding: Promise<void> = Promise.resolve();

  constructor(
    assignment: Assignment,
    world: AgentWorld,
    options: AcpAgentOptions,
    attention: Attention,
    signal: AbortSignal,
  ) {
    this.#options = options;
    this.#attention = attention;
    this.#assignment = assignment;
    this.#world = world;
    this.#signal = signal;
    const { clock } = world;
    const errands = new Errands(assignment, { ...options, clock, keys: [] });
    const { permissions } = options;
    this.#client = new AcpClient({ permissions, assignment, world, attention, errands, signal });
  }

  /** Resolves when all was said and the program had its time to end by itself. Never rejects. */
  hold(graceMs: number): Promise<void> {
    this.#holding = this.#talk().catch(() => undefined);
    return this.#holding.then(() => {
      this.wire.hangUp();
      return sleep(this.#world.clock, Math.min(graceMs, 1_000), this.#world.signal);
    });
  }

  async end(): Promise<void> {
    this.wire.end();
    await Promise.all([this.#client.terminals.close(), this.#holding]);
  }

  async #talk(): Promise<void> {
    const { client } = await import('@agentclientprotocol/sdk');
    const { agent } = this.#client.connect(client({ name: 'troupe' }), this.wire);
    let session: string | null = null;
    const cancel = (): void => {
      if (session !== null) void agent.notify('session/cancel', { sessionId: session });
    };
    this.#world.signal.addEventListener('abort', cancel, { once: true });
    const { permissions, model } = this.#options;
    await talk({
      ...{ agent, client: this.#client, attention: this.#attention, permissions, model },
      assignment: this.#assignment,
      isOver: () => this.#signal.aborted,
      opened: (id) => {
        session = id;
      },
    });
    this.#world.signal.removeEventListener('abort', cancel);
  }
}

/** Its stream holds what the two said to each other: the name of the session is in it. */
async function recall({ task, token, earlier }: LostAttempt, runFolder: string): Promise<Left> {
  const told = new Testimony();
  const lines = new Lines((line) => {
    for (const sign of signsIn(line)) told.hear(sign);
  });
  try {
    const path = join(runFolder, streamPaths(task, token).stdout);
    for await (const text of createReadStream(path, 'utf8') as AsyncIterable<string>) {
      lines.add(text);
    }
    lines.end();
  } catch {
    // It said nothing, or its words are gone: then the attempt is made anew.
  }
  const before = earlier?.session ?? null;
  const id = told.session ?? before?.id ?? null;
  if (id === null) return { usage: unknownUsage };
  const { used, counters } = settle(told.counted, before);
  const usage = { ...used, costUsd: unknownUsage.costUsd };
  return { usage, session: { id, counted: counters } };
}

function signsIn(line: string) {
  try {
    const message: unknown = JSON.parse(line);
    const session = textAt(message, 'result', 'sessionId');
    if (session !== null) return [{ type: 'session.opened', session, model: null } as const];
    return signsOfUpdate(mapAt(message, 'params', 'update'));
  } catch {
    return [];
  }
}

/** The agent that is a model behind an OpenAI-compatible API: its hands are those it is given. */
import type OpenAI from 'openai';
import { noOutput, noUsage, type Outcome, unknownUsage } from '../../machines/outcome.ts';
import type { Adapter, AgentWorld, Assignment, Left, LostAttempt } from './agent.ts';
import type { Caps, PriceOf } from './api/allowance.ts';
import { Conversation, sessionName, talkPath, usageIn } from './api/conversation.ts';
import { instructions } from './api/instructions.ts';
import type { Endpoint } from './api/model-call.ts';
import { Shift } from './api/shift.ts';
import type { ApiPermissions, Workbench } from './api/tools.ts';
import { Bout } from './bout.ts';
import { crashed, outcomeOf } from './closing.ts';
import { cancelled, folderMissing } from './faults.ts';
import { Errands, shellArgv } from './hands/errand.ts';
import { settle } from './listening/usage.ts';
import type { Environment, Run } from './processes/environment.ts';
import type { Guardian } from './processes/guardian.ts';
import { isFolder } from './processes/program.ts';
import { promptOf } from './prompt.ts';
import { faultOf, type Trouble, trouble } from './trouble.ts';

export interface ApiAgentOptions extends Run {
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly model: string;
  readonly permissions: ApiPermissions;
  readonly caps: Caps;
  readonly priceOf: PriceOf;
  /** Where its key is; null: it needs none. */
  readonly keyVariable: string | null;
  /** Whether each attempt is lent an account, with its key. */
  readonly isLent: boolean;
  /** What the plan adds to the role's environment, as far as it is known before an attempt. */
  readonly env: Readonly<Record<string, string>>;
  readonly environment: Environment;
  readonly guardian: Guardian;
  readonly startWithinMs: number;
  readonly silenceMs: number;
  readonly retryMs?: number;
  readonly graceMs?: number;
}

const defaultRetryMs = 1_000;
/** The SDK's own limit would end what is still talking. */
const endlessMs = 2_147_483_647;

export function apiAgent(options: ApiAgentOptions): Adapter {
  return {
    name: options.name,
    open: async () => unready(options),
    work: (assignment, world) =>
      work(assignment, world, options).catch((error) => crashed(error, 'what was said')),
    recall: (attempt) => recall(attempt, options),
  };
}

/** What would make every attempt fail is told before the first. */
function unready(options: ApiAgentOptions) {
  const { name, keyVariable, isLent, caps, priceOf, model, env, environment } = options;
  const isPriced = priceOf({ inputTokens: 1, outputTokens: 1, costUsd: null }) !== null;
  if (caps.budgetUsd !== null && !isPriced) {
    const message = `nobody knows what ${model} costs: give its price, or leave "budgetUsd" out`;
    return { code: 'agent.unpriced', message, retryable: false };
  }
  if (isLent || keyVariable === null || env[keyVariable] || environment[keyVariable]) return null;
  const message = `${name} has no key: export ${keyVariable}=..., or give its role an account`;
  return { code: 'agent.unauthorized', message, retryable: false };
}

async function work(
  assignment: Assignment,
  world: AgentWorld,
  options: ApiAgentOptions,
): Promise<Outcome> {
  const nothing = { durationMs: 0, output: noOutput, usage: noUsage, evidence: [] };
  if (world.cancellation.isRequested) return { kind: 'failed', fault: cancelled(), ...nothing };
  if (!(await isFolder(assignment.cwd))) {
    return { kind: 'failed', fault: folderMissing(assignment.cwd), ...nothing };
  }
  const talk = await conversationOf(assignment, options);
  if (talk !== null) return converse(assignment, world, options, talk);
  const lost = trouble('session-lost', 'what was said before is not there any more');
  const verdict = { kind: 'troubled', trouble: lost, fault: faultOf(lost) } as const;
  return outcomeOf(verdict, nothing, assignment, world.clock.now());
}

async function conversationOf(
  assignment: Assignment,
  { runFolder, permissions }: ApiAgentOptions,
): Promise<Conversation | null> {
  const { task, token, earlier, cwd } = assignment;
  const session = earlier?.session?.id;
  const talk =
    session === undefined
      ? Conversation.begin(runFolder, task, token)
      : await Conversation.goOn(runFolder, task, session);
  if (talk === null) return null;
  if (session === undefined) talk.add({ role: 'system', content: instructions(cwd, permissions) });
  talk.add({ role: 'user', content: promptOf(assignment) });
  return talk;
}

async function converse(
  assignment: Assignment,
  world: AgentWorld,
  options: ApiAgentOptions,
  talk: Conversation,
): Promise<Outcome> {
  const { runFolder, startWithinMs, silenceMs, model } = options;
  const hintFor = (found: Trouble): string => hint(found, options);
  const bout = await Bout.open(assignment, world, { runFolder, startWithinMs, silenceMs, hintFor });
  const { attention, signal } = bout;
  attention.take([{ type: 'session.opened', session: talk.session, model }]);
  const { endpoint, permissions, caps, priceOf, retryMs = defaultRetryMs } = options;
  const shift = new Shift({
    ...{ endpoint, model, permissions, caps, priceOf, retryMs },
    ...{ talk, attention, assignment, world, signal },
    client: await clientOf(assignment, options),
    bench: benchOf(assignment, world, options, signal),
  });
  await shift.work();
  const { requests, limits } = shift;
  const summary = `${model} was asked ${requests} times`;
  return bout.close({ summary, facts: { model, requests }, limits });
}

/** Loaded by whoever needs it: a run without such an agent starts sooner. */
async function clientOf(assignment: Assignment, options: ApiAgentOptions): Promise<OpenAI> {
  const { default: Client } = await import('openai');
  return new Client({
    apiKey: keyOf(assignment, options),
    baseURL: options.endpoint.baseUrl,
    // What the machine says of other programs' accounts is not meant for this one.
    ...{ organization: null, project: null, webhookSecret: null },
    ...{ maxRetries: 0, timeout: endlessMs, logLevel: 'off' },
  });
}

/** The account's that pays for it, else the plan's, else the machine's. */
function keyOf({ env, secrets = [] }: Assignment, options: ApiAgentOptions): string {
  const { keyVariable, environment } = options;
  const [lent] = secrets;
  if (lent !== undefined) return env[lent] || 'none';
  if (keyVariable === null) return 'none';
  return env[keyVariable] || environment[keyVariable] || 'none';
}

function benchOf(
  assignment: Assignment,
  { clock }: AgentWorld,
  options: ApiAgentOptions,
  signal: AbortSignal,
): Workbench {
  const { runId, runFolder, environment, guardian, keyVariable, graceMs } = options;
  const errands = new Errands(assignment, {
    ...{ runId, runFolder, environment, guardian, clock },
    keys: keyVariable === null ? [] : [keyVariable],
    ...(graceMs !== undefined && { graceMs }),
  });
  const root = assignment.cwd;
  const run = (line: string, timeoutMs: number) =>
    errands.run({ argv: shellArgv(line), cwd: root, timeoutMs, signal });
  return { root, run, isWanted: () => errands.isWanted(signal) };
}

function hint(found: Trouble, { keyVariable, caps, permissions }: ApiAgentOptions): string {
  switch (found.kind) {
    case 'auth':
      return keyVariable === null ? 'name where its key is: "keyEnv"' : `see ${keyVariable}`;
    case 'permission':
      return permissions === 'full' ? '' : `its role has "permissions: ${permissions}"`;
    case 'turns':
      return 'raise "maxTurns" of its role, or give it a smaller task';
    case 'budget':
      return `raise "${caps.budgetUsd === null ? 'maxTokens' : 'budgetUsd'}" of its role`;
    default:
      return '';
  }
}

/** What was counted is on disk; a call that was under way is not. */
async function recall(
  { task, token, earlier }: LostAttempt,
  { runFolder }: ApiAgentOptions,
): Promise<Left> {
  const before = earlier?.session ?? null;
  const id = before?.id ?? sessionName(token);
  const path = talkPath(runFolder, task, id);
  const used = path === null ? null : await usageIn(path, token);
  if (used === null) return { usage: noUsage };
  const { counters } = settle({ over: 'attempt', usage: used }, before);
  return { usage: { ...used, costUsd: unknownUsage.costUsd }, session: { id, counted: counters } };
}

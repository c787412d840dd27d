/** What is said to an agent over ACP, from the greeting to the end of its turn. */
import type { ClientConnection } from '@agentclientprotocol/sdk';
import type { Assignment } from '../agent.ts';
import type { Permissions } from '../command-line/dialect.ts';
import { messageOf } from '../faults.ts';
import type { Attention } from '../listening/attention.ts';
import { listAt, mapAt, numberAt, textAt } from '../loose-json.ts';
import { promptOf } from '../prompt.ts';
import { type Trouble, trouble, troubleFrom } from '../trouble.ts';
import type { AcpClient } from './client.ts';
import { capabilitiesFor } from './client.ts';
import { signsOfEnd } from './updates.ts';

export interface Conversing {
  readonly agent: ClientConnection['agent'];
  readonly client: AcpClient;
  readonly attention: Attention;
  readonly assignment: Assignment;
  readonly permissions: Permissions;
  readonly model: string | null;
  /** Then what goes wrong is what comes of that, and says nothing. */
  readonly isOver: () => boolean;
  /** Told as soon as it is known, so that it can be called off. */
  readonly opened: (session: string) => void;
}

/** Resolves when its turn has ended, however; rejects only when the connection is gone. */
export async function converseOver(given: Conversing): Promise<void> {
  const { agent, client, attention, assignment, permissions } = given;
  const said = await step(given, 'initialize', () =>
    agent.request('initialize', {
      protocolVersion: 1,
      clientCapabilities: capabilitiesFor(permissions),
      clientInfo: { name: 'troupe', version: '0' },
    }),
  );
  if (said === null) return;
  const session = await sessionOf(given, said);
  if (session === null) return;
  given.opened(session.id);
  attention.take([{ type: 'session.opened', session: session.id, model: given.model }]);
  client.begin();
  const text = promptOf(session.kind === 'old' ? assignment : anew(assignment));
  const prompt = [{ type: 'text' as const, text }];
  const answer = await step(given, 'session/prompt', () =>
    agent.request('session/prompt', { sessionId: session.id, prompt }),
  );
  if (answer === null) return;
  attention.take(signsOfEnd(answer, attention.told.counted?.usage.costUsd ?? null));
}

/** Its memory of the attempt before is gone, but not why that attempt ended. */
function anew({ prompt, earlier }: Assignment) {
  return earlier ? { prompt, earlier: { ...earlier, session: null } } : { prompt };
}

interface Opened {
  readonly kind: 'new' | 'old';
  readonly id: string;
}

async function sessionOf(given: Conversing, said: unknown): Promise<Opened | null> {
  const { agent, assignment, model } = given;
  const { cwd, earlier } = assignment;
  const sessionId = earlier?.session?.id;
  const capabilities = mapAt(said, 'agentCapabilities');
  const where = { cwd, mcpServers: [] };
  const way = wayBack(capabilities);
  if (sessionId !== undefined && way !== null) {
    const loaded = await step(
      given,
      way,
      () => agent.request(way, { sessionId, ...where }),
      'session-lost',
    );
    return loaded === null ? null : { kind: 'old', id: sessionId };
  }
  const made = await step(given, 'session/new', () => agent.request('session/new', where), said);
  if (made === null) return null;
  const id = textAt(made, 'sessionId') ?? '';
  if (model !== null) await chooseModel(agent, id, model, made);
  return { kind: 'new', id };
}

/** Going on without hearing it all again is better; null: it can not. */
function wayBack(capabilities: unknown): 'session/resume' | 'session/load' | null {
  const { resume } = mapAt(capabilities, 'sessionCapabilities');
  if (resume !== undefined && resume !== null) return 'session/resume';
  return mapAt(capabilities).loadSession === true ? 'session/load' : null;
}

/** Where the agent offers a choice of models; elsewhere it is its own. */
async function chooseModel(
  agent: Conversing['agent'],
  sessionId: string,
  model: string,
  made: unknown,
): Promise<void> {
  const option = listAt(made, 'configOptions').find((each) => textAt(each, 'category') === 'model');
  const configId = textAt(option, 'id');
  if (configId === null) return;
  await agent
    .request('session/set_config_option', { sessionId, configId, value: model })
    .catch(() => undefined);
}

/** Null when it went wrong, which is told as the end of the turn. */
async function step<Answer>(
  { attention, isOver }: Conversing,
  what: string,
  ask: () => Promise<Answer>,
  about: unknown = null,
): Promise<Answer | null> {
  try {
    return await ask();
  } catch (error) {
    if (isOver()) return null;
    attention.take([{ type: 'turn.ended', trouble: troubleOf(error, what, about), answer: null }]);
    return null;
  }
}

const authRequired = -32_000;

/** `about`: what the agent said of how to log in, or that a session was asked for. */
function troubleOf(error: unknown, what: string, about: unknown): Trouble {
  const details = textAt(error, 'data', 'details') ?? textAt(error, 'data', 'message') ?? '';
  const said = [`${what}: ${messageOf(error)}`, details].filter((text) => text !== '').join(': ');
  if (numberAt(error, 'code') === authRequired) {
    const ways = listAt(about, 'authMethods').map((way) => textAt(way, 'name') ?? '');
    return trouble('auth', [said, ...ways].join('; log in with '));
  }
  return about === 'session-lost' ? trouble('session-lost', said) : troubleFrom(said);
}

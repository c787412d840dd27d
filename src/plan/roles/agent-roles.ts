/** Roles whose agents work by themselves: once they are checked, and as they are written. */
import type { z } from 'zod';
import type {
  AcpRole,
  ApiRole,
  AutoChoice,
  AutoRole,
  CliRole,
  McpRole,
  Permissions,
  StuckLimits,
} from '../plan.ts';
import type { RoleValue } from '../read.ts';
import { autoChoices } from '../shapes/agent-shapes.ts';
import type { JsonObject } from '../shapes/json-schema.ts';
import type { roleShape } from '../shapes/schema.ts';
import type { Run } from '../shell.ts';
import { undecided } from './agent-choice.ts';

type AgentValue = Exclude<RoleValue, { adapter: 'command' | 'simulated' | 'gather' }>;
type AgentRole = CliRole | ApiRole | AcpRole | McpRole | AutoRole;
type Own<Role> = Role extends AgentRole ? Omit<Role, SharedKeys> : never;
type SharedKeys =
  | 'name'
  | 'where'
  | 'labels'
  | 'count'
  | 'concurrency'
  | 'restart'
  | 'maxRestarts'
  | 'periodMs'
  | 'backoff'
  | 'handoff'
  | 'handing'
  | 'fallback';

export interface Waits {
  readonly startWithinMs: number;
  readonly silenceMs: number;
  readonly stuck: StuckLimits;
}

/** What is its own, beside what every role has. `run`: how a run reads once it is checked. */
export function resolveAgentRole(
  value: AgentValue,
  ours: Waits,
  runOf: (run: string | readonly string[]) => Run,
): Own<AgentRole> {
  const { env = {}, startWithin, silence, stuck } = value;
  const waits = {
    startWithinMs: startWithin ?? ours.startWithinMs,
    silenceMs: silence ?? ours.silenceMs,
  };
  const shared = { env, ...waits, stuck: stuck ?? ours.stuck };
  switch (value.adapter) {
    case 'claude':
    case 'codex':
    case 'gemini':
    case 'opencode': {
      const { adapter, model = null, permissions } = value;
      const maxTurns = 'maxTurns' in value ? (value.maxTurns ?? null) : null;
      const budgetUsd = 'budgetUsd' in value ? (value.budgetUsd ?? null) : null;
      const tools = 'tools' in value ? (value.tools ?? []) : [];
      const more = tools.length > 0 ? { tools } : {};
      return { adapter, model, permissions, ...shared, maxTurns, budgetUsd, ...more };
    }
    case 'openai':
    case 'grok': {
      const { adapter, model, permissions, baseUrl = null, keyEnv = null } = value;
      const { maxTurns = null, maxTokens = null, budgetUsd = null } = value;
      const caps = { maxTurns, maxTokens, budgetUsd };
      return { adapter, model, permissions, ...shared, baseUrl, keyEnv, ...caps };
    }
    case 'acp': {
      const { adapter, model = null, permissions, run } = value;
      return { adapter, model, permissions, run: runOf(run), ...shared };
    }
    case 'mcp': {
      const { adapter, run, url, headers = {}, tool } = value;
      const permissions: Permissions = 'full';
      const { arguments: given = { prompt: '{{prompt}}' } } = value;
      const own = {
        tool,
        arguments: given as JsonObject,
        run: run === undefined ? null : runOf(run),
      };
      const service = url === undefined ? {} : { service: { url, headers } };
      return { adapter, permissions, ...own, ...service, ...shared };
    }
    case 'auto': {
      const { adapter, permissions, prefer = autoChoices, strategy, when } = value;
      const learned = strategy === 'learned' ? { learned: undecided } : {};
      return {
        adapter,
        permissions,
        prefer: prefer as readonly AutoChoice[],
        ...shared,
        ...learned,
        ...(when && { when }),
      };
    }
  }
}

type RoleDocument = z.input<typeof roleShape>;

/** As it would be written, without what every role has. */
export function agentRoleDocument(
  role: AgentRole,
  commandOf: (run: Run) => string | string[],
): RoleDocument {
  const shared = {
    env: role.env,
    startWithin: `${role.startWithinMs}ms`,
    silence: `${role.silenceMs}ms`,
    ...(role.stuck && { stuck: role.stuck }),
  };
  const { permissions } = role;
  switch (role.adapter) {
    case 'claude': {
      const { adapter, model, maxTurns, budgetUsd, tools } = role;
      const said = withoutNulls({ model, maxTurns, budgetUsd });
      return { adapter, permissions, ...shared, ...said, ...(tools && { tools: [...tools] }) };
    }
    case 'codex':
    case 'gemini':
    case 'opencode':
      return {
        adapter: role.adapter,
        permissions,
        ...shared,
        ...withoutNulls({ model: role.model }),
      };
    case 'openai':
    case 'grok': {
      const { adapter, model, baseUrl, keyEnv, maxTurns, maxTokens, budgetUsd } = role;
      const said = withoutNulls({ baseUrl, keyEnv, maxTurns, maxTokens, budgetUsd });
      return { adapter, model, permissions, ...shared, ...said };
    }
    case 'acp': {
      const { adapter, model, run } = role;
      return { adapter, run: commandOf(run), permissions, ...shared, ...withoutNulls({ model }) };
    }
    case 'mcp': {
      const { adapter, run, service, tool, arguments: given } = role;
      const place = run === null ? service : { run: commandOf(run) };
      return { adapter, ...place, tool, arguments: { ...given }, ...shared };
    }
    case 'auto':
      return {
        ...{ adapter: role.adapter, permissions, prefer: [...role.prefer], ...shared },
        ...(role.learned && { strategy: 'learned' }),
        ...(role.when && { when: whenDocument(role.when) }),
      };
  }
}

type WhenDocument = NonNullable<Extract<RoleDocument, { adapter: 'auto' }>['when']>;

function whenDocument(when: NonNullable<AutoRole['when']>): WhenDocument {
  const entries = Object.entries(when).map(([name, limits]) => {
    const { tools, ...caps } = limits ?? {};
    return [name, { ...caps, ...(tools && { tools: [...tools] }) }] as const;
  });
  return Object.fromEntries(entries);
}

type WithoutNulls<Map> = { [Key in keyof Map]?: NonNullable<Map[Key]> };

function withoutNulls<Map extends object>(map: Map): WithoutNulls<Map> {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== null)) as never;
}

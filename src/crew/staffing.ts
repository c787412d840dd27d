/** Who plays a role: its adapter, made of what the plan says and of what this machine has. */

import type { Adapter } from '../agents/agent.ts';
import { endpointOf, presets } from '../agents/api/endpoints.ts';
import { adapterByTask } from '../agents/by-task.ts';
import { chosenAdapter } from '../agents/chosen.ts';
import { commandAdapter } from '../agents/command.ts';
import { cliAgent } from '../agents/command-line/cli-agent.ts';
import { dialects } from '../agents/command-line/dialects.ts';
import { gatherAdapter } from '../agents/gather.ts';
import { lateAdapter } from '../agents/late.ts';
import { nobodyUsable } from '../agents/nobody.ts';
import type { Environment } from '../agents/processes/environment.ts';
import type { Guardian } from '../agents/processes/guardian.ts';
import { simulatedAdapter } from '../agents/simulated.ts';
import { surveyAgents } from '../agents/survey.ts';
import type {
  AcpRole,
  ApiRole,
  AutoChoice,
  AutoRole,
  CliRole,
  McpRole,
  PlanRole,
} from '../plan/plan.ts';
import { orderFor } from '../plan/roles/agent-choice.ts';
import { hasTemplate } from '../plan/templates.ts';
import type { RunFolder, RunOrder } from '../runs/folder.ts';
import type { Accounting } from './accounting.ts';

export interface Staff {
  readonly folder: Pick<RunFolder, 'id' | 'path'>;
  readonly order: Pick<RunOrder, 'speed'>;
  readonly guardian: Guardian;
  readonly environment: Environment;
  /** Knows what models cost. */
  readonly accounting: Pick<Accounting, 'priceFor'>;
}

export function adapterOf(role: PlanRole, staff: Staff): Adapter {
  switch (role.adapter) {
    case 'command':
      return commandAdapter(groundOf(staff));
    case 'claude':
    case 'codex':
    case 'gemini':
    case 'opencode':
      return cliAdapter(role, staff);
    case 'openai':
    case 'grok':
      return lateAdapter(role.adapter, () => apiAdapter(role, staff));
    case 'acp':
      return lateAdapter(role.adapter, () => acpAdapter(role, staff));
    case 'mcp':
      return lateAdapter(role.adapter, () => mcpAdapter(role, staff));
    case 'auto':
      return lateAdapter(role.adapter, () => autoAdapter(role, staff));
    case 'simulated': {
      const { work, fail, crash, costUsd } = role;
      const { speed } = staff.order;
      return simulatedAdapter({ work, fail, crash, costUsd, speed });
    }
    case 'gather':
      return gatherAdapter(staff.folder.path);
  }
}

function groundOf({ folder, environment, guardian }: Staff) {
  return { runFolder: folder.path, runId: folder.id, environment, guardian };
}

/** A value that holds a template is only known for an attempt. */
function commonOf(
  role: Exclude<PlanRole, { adapter: 'command' | 'simulated' | 'gather' }>,
  staff: Staff,
) {
  const known = Object.entries(role.env).filter(([, value]) => !hasTemplate(value));
  const { startWithinMs, silenceMs } = role;
  return { ...groundOf(staff), env: Object.fromEntries(known), startWithinMs, silenceMs };
}

function cliAdapter(role: CliRole, staff: Staff): Adapter {
  const { model, permissions, maxTurns, budgetUsd, tools = [] } = role;
  return cliAgent({
    ...commonOf(role, staff),
    dialect: dialects[role.adapter],
    settings: { model, permissions, maxTurns, budgetUsd, tools },
  });
}

async function apiAdapter(role: ApiRole, staff: Staff): Promise<Adapter> {
  const { apiAgent } = await import('../agents/openai.ts');
  const { adapter: name, model, permissions, maxTurns, maxTokens, budgetUsd } = role;
  return apiAgent({
    ...{ ...commonOf(role, staff), name, model, permissions },
    ...endpointOf(role, staff.environment),
    caps: { maxTurns, maxTokens, budgetUsd },
    priceOf: staff.accounting.priceFor(role),
    isLent: role.borrowing !== undefined,
  });
}

async function acpAdapter(role: AcpRole, staff: Staff): Promise<Adapter> {
  const { acpAgent } = await import('../agents/acp.ts');
  const { model, permissions } = role;
  const settings = { model, permissions, maxTurns: null, budgetUsd: null };
  return acpAgent({ ...commonOf(role, staff), settings });
}

async function mcpAdapter(role: McpRole, staff: Staff): Promise<Adapter> {
  const { mcpAgent } = await import('../agents/mcp.ts');
  const { tool, arguments: given, permissions, borrowing, service } = role;
  const settings = { model: null, permissions, maxTurns: null, budgetUsd: null };
  const isPaid = borrowing !== undefined;
  const call = { tool, arguments: given, isPaid };
  return mcpAgent({ ...commonOf(role, staff), settings, ...call, ...(service && { service }) });
}

/** Who can be used is looked at once for each life of a run. */
async function autoAdapter(role: AutoRole, staff: Staff): Promise<Adapter> {
  const surveys = await surveyAgents(staff.environment);
  const wanted = role.prefer.flatMap((name) => surveys.filter((each) => each.name === name));
  const ready = wanted.filter(({ status }) => status === 'ready').map(({ name }) => name);
  const [first] = ready;
  if (first === undefined) return nobodyUsable(wanted);
  const named = (task: string): string =>
    orderFor(role, task).find((name) => ready.includes(name)) ?? first;
  return adapterByTask(role.adapter, named, (name) => playerOf(role, name as AutoChoice, staff));
}

async function playerOf(role: AutoRole, name: AutoChoice, staff: Staff): Promise<Adapter> {
  const { maxTurns = null, budgetUsd = null, maxTokens = null, tools } = role.when?.[name] ?? {};
  if (name === 'openai' || name === 'grok') {
    const own = { adapter: name, model: presets[name].model, baseUrl: null, keyEnv: null } as const;
    const api: ApiRole = { ...role, ...own, maxTurns, budgetUsd, maxTokens };
    return chosenAdapter(name, await apiAdapter(api, staff));
  }
  const limits = { maxTurns, budgetUsd, ...(tools && { tools }) };
  const cli: CliRole = { ...role, adapter: name, model: null, ...limits };
  return chosenAdapter(name, cliAdapter(cli, staff));
}

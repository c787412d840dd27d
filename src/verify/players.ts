/** Whether this machine has who plays a plan's roles, asked before the others cost anything. */
import { presets } from '../agents/api/endpoints.ts';
import { dialects } from '../agents/command-line/dialects.ts';
import { unfit } from '../agents/command-line/presence.ts';
import { childEnvironment, pathExtensions, pathVariable } from '../agents/processes/environment.ts';
import { missingProgram } from '../agents/processes/inspection.ts';
import { findProgram } from '../agents/processes/program.ts';
import type { Config } from '../config.ts';
import { UserError } from '../kernel/user-error.ts';
import type { AutoChoice, CliRole, Plan, PlanRole } from '../plan/plan.ts';
import { programsOf } from '../plan/programs.ts';
import { elsewhereFor } from '../workers/wanted.ts';
import { rolesOf } from './ability.ts';

type Machine = Pick<Config, 'environment' | 'cwd'>;

/** Throws a UserError where a task waits for agents that nobody can start here. */
export async function requirePlayers(plan: Plan, config: Config): Promise<void> {
  // Workers may bring what is missing here.
  if (elsewhereFor(config) !== null) return;
  const lacks = await lacksOf(plan, config);
  if (lacks.length === 0) return;
  const hint = 'troupe doctor shows what is here; or begin it all the same with --anyway';
  throw new UserError('run.unplayed', lacks.join('\n'), hint);
}

async function lacksOf(plan: Plan, machine: Machine): Promise<readonly string[]> {
  const found = await Promise.all(plan.roles.map((role) => lackOf(role, plan, machine)));
  const lacks = new Map(plan.roles.map(({ name }, at) => [name, found[at] ?? null]));
  return plan.roles.flatMap(({ name, fallback }) => {
    const lack = lacks.get(name) ?? null;
    const task = plan.tasks.find((each) => rolesOf(each).includes(name));
    const isReplaced = fallback?.roles.some((heir) => lacks.get(heir) === null) ?? false;
    if (lack === null || task === undefined || isReplaced) return [];
    return [`nobody can play ${name} here, which ${task.id} needs: ${lack}`];
  });
}

/** Null: nothing is known to be missing. What only a start can tell is left to the run. */
async function lackOf(role: PlanRole, plan: Plan, machine: Machine): Promise<string | null> {
  switch (role.adapter) {
    case 'claude':
    case 'codex':
    case 'gemini':
    case 'opencode':
      return missingAgent(role.adapter, machine, role.env);
    case 'auto':
      return nobodyOf(role.prefer, machine, role.env);
    default: {
      if (!('run' in role)) return null;
      const { environment, cwd } = machine;
      return (await missingProgram(programsOf(plan, role), environment, cwd))?.message ?? null;
    }
  }
}

async function missingAgent(
  name: CliRole['adapter'],
  { environment }: Machine,
  added: Readonly<Record<string, string>>,
): Promise<string | null> {
  // A PATH of the plan's own may hold templates.
  if ('PATH' in added) return null;
  const dialect = dialects[name];
  const env = childEnvironment(environment, {});
  const path = await findProgram(dialect.program, pathVariable(env), '/', pathExtensions(env));
  return path === null ? (unfit(dialect, null)?.message ?? null) : null;
}

async function nobodyOf(
  names: readonly AutoChoice[],
  machine: Machine,
  added: Readonly<Record<string, string>>,
): Promise<string | null> {
  for (const name of names) {
    const isService = name === 'openai' || name === 'grok';
    const isThere = isService
      ? Boolean(machine.environment[presets[name].keyVariable])
      : (await missingAgent(name, machine, added)) === null;
    if (isThere) return null;
  }
  return `none of ${names.join(', ')} can be used here`;
}

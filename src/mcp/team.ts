/** The agents that a client may give single tasks to: named in a file, or what this machine has. */
import type { AgentSurvey } from '../agents/survey.ts';
import { UserError } from '../kernel/user-error.ts';
import { definePlan, type PlanDocument } from '../plan/define.ts';
import { documentOf } from '../plan/document.ts';
import type { Plan } from '../plan/plan.ts';
import { suggest } from '../plan/problems/nearest.ts';
import { literalTemplate } from '../plan/templates.ts';

type Roles = PlanDocument['agents'];

export interface Member {
  readonly name: string;
  readonly adapter: string;
}

export class Team {
  readonly #roles: Roles;

  constructor(roles: Roles) {
    this.#roles = roles;
  }

  get members(): readonly Member[] {
    return Object.entries(this.#roles).map(([name, { adapter = 'auto' }]) => ({ name, adapter }));
  }

  /** Throws a UserError that names one like it. */
  require(agent: string): string {
    if (Object.hasOwn(this.#roles, agent)) return agent;
    const known = this.members.map(({ name }) => name);
    const near = suggest(agent, known) || `there are ${known.join(', ') || 'none'}`;
    const hint = 'see get_agents; agents are named under "agents:" in troupe.yaml';
    throw new UserError('agent.unknown', `no agent is called "${agent}"; ${near}`, hint);
  }

  /** One task for each of the agents, side by side; each task is called as its agent. */
  planFor(agents: readonly string[], prompt: string): Plan {
    const roles = agents.map((agent) => this.require(agent));
    const picked = Object.fromEntries(roles.map((role) => [role, this.#roles[role]])) as Roles;
    const tasks = roles.map((role) => ({ id: role, agent: role, prompt: literalTemplate(prompt) }));
    return definePlan({ name: assignedName, agents: picked, tasks });
  }
}

/** What runs are called that hold single tasks for agents. */
export const assignedName = 'assigned';

/** The agents of this machine that can work as they are. */
export function teamOf(surveys: readonly AgentSurvey[]): Team {
  const ready = surveys.filter(({ status }) => status === 'ready');
  return new Team(Object.fromEntries(ready.map(({ name }) => [name, { adapter: name }])) as Roles);
}

/** The agents of a plan, whatever else stands in it. */
export function teamOfPlan(plan: Plan): Team {
  return new Team((documentOf(plan) as PlanDocument).agents);
}

/** Makes a plan of a goal: a planner splits it, sub-agents work, the planner puts it together. */
import { UserError } from '../kernel/user-error.ts';
import { checkPlan } from '../plan/check.ts';
import type { PlanDocument } from '../plan/define.ts';
import type { Plan } from '../plan/plan.ts';
import { suggest } from '../plan/problems/nearest.ts';
import { type Project, underProject } from '../plan/project/project.ts';
import { roleShapes } from '../plan/shapes/schema.ts';
import { literalTemplate } from '../plan/templates.ts';
import { type GoalOptions, goalTask } from './goal-words.ts';

const plannerName = 'planner';
const workerName = 'worker';
const subAgentsDefault = 3;
const subAgentsMax = 1_000;
/** A planner that fails to plan is told why, and tries again so often. */
const repairsMax = 2;
/** How many tasks a plan may have, for each that works at the same time. */
const tasksPerAgent = 8;

type Roles = PlanDocument['agents'];
type Role = Roles[string];

/** `project`: null when it says nothing. Throws a UserError or a PlanError. */
export function planGoal(options: GoalOptions, project: Project | null): Plan {
  const { goal, budgetUsd, consent, subAgents = subAgentsDefault } = options;
  if (goal.trim() === '') {
    throw new UserError('goal.empty', 'the goal says nothing', 'say what is to be done: --task');
  }
  if (!(subAgents >= 1 && subAgents <= subAgentsMax)) throw badCount(subAgents);
  const { agents = {} } = project?.part ?? {};
  const { roles, workers } = castOf(options, agents, subAgents);
  const document: PlanDocument = {
    name: nameOf(goal),
    description: goal,
    concurrency: subAgents,
    ...(budgetUsd !== undefined && { budget: { usd: budgetUsd } }),
    agents: roles,
    subtasks: { count: subAgents * tasksPerAgent },
    tasks: [
      {
        id: goalTask,
        agent: plannerName,
        prompt: literalTemplate(goal),
        retries: repairsMax,
        subtasks: {
          count: Math.min(1_000, subAgents * tasksPerAgent),
          agents: workers,
          plan: true,
          ...(consent === 'ask' && { approve: true }),
        },
      },
    ],
  };
  return checkPlan(project ? underProject(document, project) : document, {
    file: 'the goal',
    folder: null,
    defaultName: 'goal',
    locate: () => null,
  });
}

function badCount(count: number): UserError {
  const message = `${count} sub-agents are not from 1 to ${subAgentsMax}`;
  return new UserError('goal.bad-count', message, 'say how many work at the same time: 5');
}

interface Cast {
  readonly roles: Roles;
  readonly workers: string[];
}

/** Roles of the project where it has some; else a planner and its workers, of one kind. */
function castOf(options: GoalOptions, known: Roles, subAgents: number): Cast {
  const { agent, strategy } = options;
  const shared = (role: Role): Role =>
    strategy === undefined ? role : ({ ...role, strategy } as Role);
  const names = Object.keys(known);
  const others = names.filter((name) => name !== plannerName);
  if (agent === undefined && names.length > 0) {
    const workers = others.length > 0 ? others : names;
    const roles = {
      ...known,
      [plannerName]: known[plannerName] ?? plannerLike(known[workers[0] ?? '']),
    };
    return { roles: eachOf(roles, workers, shared), workers };
  }
  const chosen = agent === undefined ? ({ adapter: 'auto' } as Role) : roleFor(agent, known);
  const isNamed = agent !== undefined && Object.hasOwn(known, agent);
  const worker = isNamed ? agent : workerName;
  const planner = known[plannerName] ?? plannerLike(chosen);
  const count = chosen.count ?? subAgents;
  const roles = { [plannerName]: planner, [worker]: { ...chosen, count } as Role };
  return { roles: eachOf(roles, [worker], shared), workers: [worker] };
}

function eachOf(roles: Roles, workers: readonly string[], change: (role: Role) => Role): Roles {
  const entries = Object.entries(roles).map(
    ([name, role]) => [name, workers.includes(name) ? change(role) : role] as const,
  );
  return Object.fromEntries(entries);
}

/** It reads and thinks: it needs no hands. */
function plannerLike(role: Role | undefined): Role {
  // What the workers are told, and held to, is theirs.
  const { prompt: _, verify: __, skills: ___, adapter = 'auto', ...like } = role ?? {};
  const hands = role && isAgent(adapter) ? { permissions: 'read' } : {};
  return { adapter, ...like, count: 1, ...hands } as Role;
}

const isAgent = (adapter: string): boolean => !['command', 'simulated', 'mcp'].includes(adapter);

/** A role of the project, or an adapter that needs no more words than its name. */
function roleFor(agent: string, known: Roles): Role {
  const own = known[agent];
  if (own) return own;
  const adapters = Object.keys(roleShapes).filter((each) => each !== 'command');
  if (adapters.includes(agent)) return { adapter: agent } as Role;
  const all = [...Object.keys(known), ...adapters];
  const near = suggest(agent, all) || `there are ${all.join(', ')}`;
  throw new UserError(
    'goal.unknown-agent',
    `no role or agent is called "${agent}"; ${near}`,
    'see which agents this machine has: troupe doctor',
  );
}

const nameMaxCharacters = 60;

/** Its first words, on one line. */
function nameOf(goal: string): string {
  const line = goal.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  const short =
    line.length <= nameMaxCharacters ? line : `${line.slice(0, nameMaxCharacters - 1)}…`;
  return short || 'goal';
}

/** Settles, before a run begins, which agents play the roles that leave it to what was learned. */
import { surveyAgents } from '../agents/survey.ts';
import type { Config } from '../config.ts';
import type { AutoRole, Plan, PlanRole } from '../plan/plan.ts';
import { choose } from './choosing.ts';
import { Kinds } from './kinds.ts';
import { Records } from './records.ts';
import { pastTasks } from './samples.ts';

type Ground = Pick<Config, 'home' | 'environment'>;
type LearnedRole = AutoRole & Required<Pick<AutoRole, 'learned'>>;

/** The plan as it is frozen into the run: who has which task stays so, whatever others learn. */
export async function settleAgents(plan: Plan, { home, environment }: Ground): Promise<Plan> {
  const surveys = await surveyAgents(environment);
  const ready = new Set(surveys.filter(({ status }) => status === 'ready').map(({ name }) => name));
  const kinds = new Kinds();
  const { samples } = await pastTasks(home);
  // The oldest first: it says what its kind is.
  const past = samples.toReversed().map((sample) => ({ sample, kind: kinds.add(sample) }));
  const records = new Records(past);
  const settled = (role: LearnedRole): LearnedRole => {
    const own = plan.tasks.filter((task) => task.role === role.name);
    const wanted = own.map((task) => ({ task: task.id, kind: kinds.find(task) }));
    const usable = role.prefer.filter((name) => ready.has(name));
    return { ...role, learned: choose(role.name, wanted, usable, records) };
  };
  return { ...plan, roles: plan.roles.map((role) => (learns(role) ? settled(role) : role)) };
}

const learns = (role: PlanRole): role is LearnedRole =>
  role.adapter === 'auto' && role.learned !== undefined;

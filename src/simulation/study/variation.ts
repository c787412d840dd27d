/** A job with one thing changed: in its plan, its rates, or by a request to a run under way. */
import { assertNever } from '../../../machines/errors.ts';
import { orchestratorAddress, roleName } from '../../../machines/ids.ts';
import type { PlanAmendment } from '../../../machines/plan.ts';
import type { LoggedInput } from '../../kernel/log.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Variation } from './bottlenecks.ts';
import type { RoleCourse } from './course.ts';
import type { Job } from './job.ts';

export function varied(job: Job, variation: Variation): Job {
  switch (variation.kind) {
    case 'places': {
      const { of: concurrency, with: roles } = variation;
      const limits = { count: concurrency, concurrency };
      const raised = roles.reduce((plan, role) => withAgents(plan, role, concurrency), job.plan);
      const amendment = roles.map((role) => ({ name: roleName(role), limits }));
      return told({ ...job, plan: { ...raised, concurrency } }, { concurrency, roles: amendment });
    }
    case 'agents': {
      const { role, of: count } = variation;
      const limits = { count, concurrency: count };
      const plan = withAgents(job.plan, role, count);
      return told({ ...job, plan }, { roles: [{ name: roleName(role), limits }] });
    }
    case 'faster':
      return { ...job, courses: job.courses.map((each) => halved(each, variation.role)) };
    default:
      return assertNever(variation);
  }
}

function withAgents(plan: Plan, name: string, count: number): Plan {
  const change = <Role extends Plan['roles'][number]>(role: Role): Role =>
    role.name === name ? { ...role, count, concurrency: count } : role;
  return { ...plan, roles: plan.roles.map(change) };
}

function halved(course: RoleCourse, role: string): RoleCourse {
  if (course.role !== role) return course;
  const half = (samplesMs: readonly number[]): readonly number[] => samplesMs.map((ms) => ms / 2);
  const { value, from } = course.workMs;
  const taskMs = Object.entries(course.taskMs).map(([task, samplesMs]) => [task, half(samplesMs)]);
  const kinds = course.kinds?.map((kind) => ({
    ...kind,
    workMs: kind.workMs && half(kind.workMs),
  }));
  const halves = { workMs: { value: half(value), from }, taskMs: Object.fromEntries(taskMs) };
  return { ...course, ...halves, ...(kinds && { kinds }) };
}

/** A run that has begun holds its own limits: it is told. A new one has only its plan. */
function told(job: Job, amendment: PlanAmendment): Job {
  return job.from ? { ...job, from: amended(job.from, amendment) } : job;
}

/** The inputs of a run, and a request to change what it is held to. */
export function amended(
  inputs: readonly LoggedInput[],
  amendment: PlanAmendment,
): readonly LoggedInput[] {
  const { n, at, performed } = inputs.at(-1) ?? { n: 0, at: 0, performed: 0 };
  const event = { type: 'plan.amend', amendment, by: 'simulate' } as const;
  const input = { kind: 'event', to: orchestratorAddress, event } as const;
  return [...inputs, { n: n + 1, at, input, performed }];
}

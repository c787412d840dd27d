/** What held the runs of a study up, from the figures of each: the worst first. */
import type { PlanSpec } from '../../../machines/plan.ts';
import type { CriticalPath } from './critical-path.ts';
import type { Digest } from './digest.ts';

/** What would tell whether it is one: the same runs with this changed. */
export type Variation =
  /** `with`: roles whose own limits would hold it up at once get as many agents. */
  | { readonly kind: 'places'; readonly of: number; readonly with: readonly string[] }
  | { readonly kind: 'agents'; readonly role: string; readonly of: number }
  /** Its attempts take half as long. */
  | { readonly kind: 'faster'; readonly role: string };

export interface Bottleneck {
  readonly kind: 'path' | 'concurrency' | 'role' | 'agents' | 'retries' | 'limits' | 'approvals';
  /** The role that it is about; null when it is about all. */
  readonly role: string | null;
  /** Of the time of all runs, 0 to 1. */
  readonly share: number;
  /** For people, without a full stop. */
  readonly says: string;
  /** Null: nothing that a plan says would make it less. */
  readonly variation: Variation | null;
}

/** What is shorter than this helps nobody to know. */
const shareMin = 0.01;
/** More tasks of a path than this are not all named. */
const namedMax = 7;
const oftenMax = 5;

/** `counted` are the roles whose number of agents the plan says itself. */
export function bottlenecksOf(
  plan: PlanSpec,
  counted: ReadonlySet<string>,
  digests: readonly Digest[],
): readonly Bottleneck[] {
  const totalMs = sumOf(digests, ({ durationMs }) => durationMs);
  if (totalMs === 0) return [];
  const share: Share = (ms) => sumOf(digests, ms) / totalMs;
  const found = [
    pathOf(digests, share),
    placesOf(plan, counted, share),
    ...plan.roles.flatMap((role) => [agentsOf(role, share), restartsOf(role, share)]),
    ...pausesOf(share),
  ];
  return found
    .filter((each) => each.share >= shareMin)
    .toSorted((one, other) => other.share - one.share);
}

/** Of the time of all runs. */
type Share = (ms: (digest: Digest) => number) => number;

function pathOf(digests: readonly Digest[], shareOf: Share): Bottleneck {
  const share = shareOf(({ path }) => path.ms);
  const paths = digests.map(({ path }) => path);
  const says = `critical path: ${percent(share)} of the time, ${courseOf(paths)}`;
  const role = slowestRole(paths);
  return { kind: 'path', role, share, says, variation: role ? { kind: 'faster', role } : null };
}

/** The path that most runs take; when there is none, the tasks that are on most paths. */
function courseOf(paths: readonly CriticalPath[]): string {
  const [best, count] = mostCommon(paths.map(({ tasks }) => tasks.join(' > ')));
  const [tasks = []] = paths
    .filter((path) => path.tasks.join(' > ') === best)
    .map((path) => path.tasks);
  if (count === paths.length) return named(tasks);
  if (count > paths.length / 2)
    return `${named(tasks)} in ${percent(count / paths.length)} of the runs`;
  const often = counted(paths.flatMap((path) => path.tasks));
  const most = often
    .slice(0, oftenMax)
    .map(([task, times]) => `${task} (${percent(times / paths.length)})`);
  return `most often ${most.join(', ')}`;
}

function named(tasks: readonly string[]): string {
  if (tasks.length <= namedMax) return tasks.join(' > ');
  return [...tasks.slice(0, 3), '...', ...tasks.slice(-3)].join(' > ');
}

const mostCommon = (texts: readonly string[]) => counted(texts)[0] ?? (['', 0] as const);

/** Each with how often it is there, the most common first. */
function counted(texts: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].toSorted(([, one], [, other]) => other - one);
}

/** Whose tasks take most of the critical paths. */
function slowestRole(paths: readonly CriticalPath[]): string | null {
  const ms = new Map<string, number>();
  for (const path of paths) {
    for (const [role, roleMs] of Object.entries(path.roleMs)) {
      ms.set(role, (ms.get(role) ?? 0) + roleMs);
    }
  }
  const [first] = [...ms].toSorted(([, one], [, other]) => other - one);
  return first?.[0] ?? null;
}

function placesOf(plan: PlanSpec, counted: ReadonlySet<string>, shareOf: Share): Bottleneck {
  const { concurrency, roles } = plan;
  const full = roles.filter(({ name, count, concurrency: atOnce }) => {
    const most = Math.min(count, atOnce);
    return counted.has(name) && most >= concurrency && most < 2 * concurrency;
  });
  const share = shareOf(({ waits }) => waits.runMs);
  const says = `concurrency ${concurrency}: tasks waited ${percent(share)} of the time for a place`;
  const names = full.map(({ name }) => name);
  const variation: Variation = { kind: 'places', of: 2 * concurrency, with: names };
  return { kind: 'concurrency', role: null, share, says, variation };
}

type RoleLimits = Pick<PlanSpec['roles'][number], 'name' | 'count' | 'concurrency'>;

function agentsOf({ name: role, count, concurrency }: RoleLimits, shareOf: Share): Bottleneck {
  const share = shareOf(({ waits }) => waits.placeMs[role] ?? 0);
  const most = Math.min(count, concurrency);
  const says = `role ${role}, ${most} at once: tasks waited ${percent(share)} of the time for it`;
  return { kind: 'role', role, share, says, variation: { kind: 'agents', role, of: 2 * most } };
}

function restartsOf({ name: role }: RoleLimits, shareOf: Share): Bottleneck {
  const share = shareOf(({ waits }) => waits.agentMs[role] ?? 0);
  const waited = `tasks waited ${percent(share)} of the time for an agent to start or to come back`;
  return { kind: 'agents', role, share, says: `role ${role}: ${waited}`, variation: null };
}

function pausesOf(shareOf: Share): readonly Bottleneck[] {
  const pause = (
    kind: Bottleneck['kind'],
    doing: string,
    ms: (digest: Digest) => number,
  ): Bottleneck => {
    const share = shareOf(ms);
    const says = `${kind}: ${percent(share)} of the time, some task ${doing}`;
    return { kind, role: null, share, says, variation: null };
  };
  return [
    pause('retries', 'paused before another attempt', ({ waits }) => waits.retryMs),
    pause('limits', 'was parked until a limit ended', ({ waits }) => waits.parkMs),
    pause('approvals', 'waited for a person', ({ waits }) => waits.approvalMs),
  ];
}

/** Which change it would be, and what comes of it: `with 8 the p50 would be 12 % shorter`. */
export function remedyOf(variation: Variation, shorter: number): string {
  return `${changeOf(variation)} the p50 would be ${byHowMuch(shorter)}`;
}

function changeOf(variation: Variation): string {
  switch (variation.kind) {
    case 'places': {
      const names = variation.with;
      const all = [names.slice(0, -1).join(', '), ...names.slice(-1)].filter((each) => each !== '');
      const agents = names.length === 0 ? '' : ` and as many agents of ${all.join(' and ')}`;
      return `with ${variation.of}${agents}`;
    }
    case 'agents':
      return `with ${variation.of}`;
    case 'faster':
      return `with ${variation.role} twice as fast`;
  }
}

function byHowMuch(shorter: number): string {
  if (Math.abs(shorter) < 0.005) return 'the same';
  return shorter > 0 ? `${percent(shorter)} shorter` : `${percent(-shorter)} longer`;
}

export const percent = (share: number): string => `${Math.round(share * 100)} %`;

function sumOf(digests: readonly Digest[], figure: (digest: Digest) => number): number {
  return digests.reduce((sum, digest) => sum + figure(digest), 0);
}

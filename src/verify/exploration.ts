/** Holds a plan's tasks, all together, against what must be true of every run of it. */
import { taskMachine } from '../../machines/index.ts';
import type { PlanSpec } from '../../machines/plan.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Flaw } from './flaw.ts';
import type { Happening, Product } from './model/product.ts';
import { Search, type SearchResult } from './model/search.ts';
import type { Ability } from './model/stimuli.ts';
import { able } from './model/stimuli.ts';
import { storyOf } from './model/story.ts';
import { type AbilityOf, type Team, teamOf } from './model/team.ts';
import { walkAtRandom } from './model/walks.ts';
import type { Finding, TraceStep } from './verdict.ts';

export interface Exploration {
  readonly states: number;
  readonly depth: number;
  /** The share of the known states that was not gone on from; 0: all was looked at. */
  readonly left: number;
  /** At random, once the limits were reached. */
  readonly walks: number;
  readonly findings: readonly Finding[];
  /** The shortest way to the failure of a task that can't succeed. */
  readonly traceOf: (task: string) => readonly TraceStep[];
}

export interface ExplorationOptions {
  readonly statesMax: number;
  readonly secondsMax: number;
  readonly clock: Pick<Clock, 'elapsed'>;
  /** Of the product; a test plants mistakes into another one. */
  readonly machine?: Parameters<typeof teamOf>[0];
}

const bytesMax = 512 * 1024 * 1024;
/** Of the time that there is, for walks when the rest was not enough. */
const walkShare = 0.2;

export function explore(
  plan: PlanSpec,
  flaws: readonly Flaw[],
  { statesMax, secondsMax, clock, machine = taskMachine }: ExplorationOptions,
): Exploration {
  const beganMs = clock.elapsed();
  const until = (share: number) => beganMs + secondsMax * 1_000 * share;
  const team = teamOf(machine, plan, abilitiesOf(flaws, plan));
  const limits = { statesMax, bytesMax, untilMs: until(1 - walkShare) };
  const search = new Search(team, { limits, clock, reduced: true });
  const result = search.run();
  const { states, depth, left, stuck } = result;
  const walks =
    left > 0 ? walkAtRandom(team, { limits: { ...limits, untilMs: until(1) }, clock }) : noWalks;
  const way = stuck ? search.wayTo(stuck) : walks.stuck;
  const findings = [
    ...(way ? [stuckFinding(search.product, way)] : []),
    ...(left > 0 ? [] : hopeless(team, result, flaws)),
  ];
  return { states, depth, left, walks: walks.count, findings, traceOf };

  function traceOf(task: string): readonly TraceStep[] {
    const member = team.members.findIndex(({ spec }) => spec.id === task);
    const sighting = result.failing.get(member);
    if (!sighting) return [];
    const way = search.wayTo(sighting);
    return storyOf(search.product, plan.mode === 'waves' ? way : ownWay(team, way));
  }
}

/** Without the steps of tasks that have nothing to do with the last one: they commute with it. */
function ownWay({ members }: Team, way: readonly Happening[]): readonly Happening[] {
  const needed = new Set<number>([way.at(-1)?.member ?? -1]);
  for (const at of needed) {
    for (const [other, { dependants }] of members.entries()) {
      if (dependants.includes(at)) needed.add(other);
    }
  }
  return way.filter(({ member }) => needed.has(member));
}

const noWalks = { count: 0, stuck: null };

/** What the plan's own words rule out is ruled out here, too: the rest follows. */
function abilitiesOf(flaws: readonly Flaw[], { budgetUsd, roles }: PlanSpec): AbilityOf {
  const isTight = budgetUsd !== null || roles.some((role) => (role.budgetUsd ?? null) !== null);
  const base: Ability = { ...able, money: isTight ? 'maybe' : 'enough' };
  const known = new Map<string, Ability>();
  for (const { tasks, rulesOut } of flaws) {
    for (const task of tasks) known.set(task, { ...(known.get(task) ?? base), ...rulesOut });
  }
  return (task) => known.get(task) ?? base;
}

function stuckFinding(product: Product, way: readonly Happening[]): Finding {
  const trace = storyOf(product, way);
  product.count();
  const waiting = product.team.members.flatMap(({ spec }, member) => {
    const { name, wants } = product.rowOf(member);
    return name === 'over' ? [] : [{ id: spec.id, name, wants: wants !== null }];
  });
  const [first] = waiting;
  const property = first?.wants ? 'task.waits-forever' : 'plan.deadlock';
  const others = waiting.length > 1 ? ` and ${waiting.length - 1} more` : '';
  const why = first?.wants ? 'no agent can ever take it' : 'nothing can happen any more';
  const message = `${first?.id}${others} may wait for ever, in "${first?.name}": ${why}`;
  return { property, message, trace };
}

const namedMax = 5;

/** Tasks that succeed nowhere, though nothing is wrong with themselves: for what they need. */
function hopeless({ members }: Team, { succeeding }: SearchResult, flaws: readonly Flaw[]) {
  const known = new Set(flaws.flatMap(({ tasks }) => tasks));
  const lost = members.filter(({ spec }, at) => !succeeding.has(at) && !known.has(spec.id));
  if (lost.length === 0) return [];
  const names = lost.slice(0, namedMax).map(({ spec }) => spec.id);
  const more = lost.length > namedMax ? `, and ${lost.length - namedMax} more` : '';
  const message = `${names.join(', ')}${more} can't succeed, for want of what they need`;
  return [{ property: 'task.cannot-succeed', message, trace: [] }];
}

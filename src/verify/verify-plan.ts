/** `troupe verify PLAN` as a call: what is wrong with a plan, and what it can take and cost. */
import type { Clock } from '../kernel/clock.ts';
import type { Plan } from '../plan/plan.ts';
import { promptNotes } from '../remembering/prompt-sizes.ts';
import { boundOf, type Certificate } from './certificate.ts';
import { certifyText } from './certify-text.ts';
import { type Exploration, explore } from './exploration.ts';
import { findingOf } from './flaw.ts';
import { type Likely, likelyOf } from './likely.ts';
import { type PlanText, planText, type Setting } from './plan-text.ts';
import type { Bound, Finding, Unbounded, Verdict } from './verdict.ts';
import type { WorstCase } from './worst-case.ts';

export interface PlanVerification {
  readonly name: string;
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  readonly states: number;
  readonly seconds: number;
  /** How far it was looked: `1,234 states`, or what was left when time or memory were. */
  readonly reach: string;
  /** Null when some part has no limit. */
  readonly bound: Bound | null;
  readonly unbounded: readonly Unbounded[];
  /** Also of a plan whose cost has no limit. */
  readonly worst: WorstCase;
  /** What a person should know beside: prompts that are very long. */
  readonly notes: readonly string[];
  /** Null for a plan that is too large to be simulated meanwhile. */
  readonly likely: Likely | null;
}

export interface VerifyOptions {
  /** More states than this are not looked at. */
  readonly statesMax?: number;
  readonly secondsMax?: number;
}

export interface Around extends Setting {
  readonly clock: Clock;
}

export async function verifyPlan(
  given: Plan | string,
  options: VerifyOptions,
  around: Around,
): Promise<PlanVerification> {
  const { home, clock } = around;
  const beganMs = clock.elapsed();
  const text = await planText(given, around);
  const certificate = certifyText(text, home);
  const { findings, ...looked } = look(certificate, text, options, clock);
  const likely = await likelyOf(text.plan, home);
  return {
    name: text.plan.name,
    ...looked,
    findings,
    seconds: Math.round(clock.elapsed() - beganMs) / 1_000,
    bound: boundOf(certificate),
    unbounded: certificate.unbounded,
    worst: certificate.worst,
    notes: promptNotes(text.plan),
    likely,
  };
}

const statesMaxDefault = 5_000_000;
const secondsMaxDefault = 8;

type Looked = Pick<PlanVerification, 'verdict' | 'findings' | 'states' | 'reach'>;

function look(
  { flaws, spec }: Certificate,
  { lineOf }: PlanText,
  { statesMax = statesMaxDefault, secondsMax = secondsMaxDefault }: VerifyOptions,
  clock: Clock,
): Looked {
  const told = flaws.map((flaw) => findingOf(flaw, lineOf));
  // Nobody can say what happens to a task whose role is not there.
  if (flaws.some(({ property }) => property === 'role.unplayed')) {
    return { verdict: 'refuted', findings: told, states: 0, reach: 'not looked through' };
  }
  const found = explore(spec, flaws, { statesMax, secondsMax, clock });
  const traced = told.map((finding, at) => {
    const [task] = flaws[at]?.tasks ?? [];
    return task === undefined ? finding : { ...finding, trace: found.traceOf(task) };
  });
  const findings = [...traced, ...found.findings];
  const verdict = findings.length > 0 ? 'refuted' : found.left > 0 ? 'bounded' : 'proved';
  return { verdict, findings, states: found.states, reach: reachOf(found) };
}

/** `bounded: 2.1 M states, depth 64, 38 % of the frontier left` */
function reachOf({ states, depth, left, walks }: Exploration): string {
  const far = `${countOf(states)} ${states === 1 ? 'state' : 'states'}, depth ${depth}`;
  if (left === 0) return `proved: ${far}, and every one of them goes on to an end`;
  // Never a round 0 for what is not nothing.
  const share = Math.max(1, Math.round(left * 100));
  const more = walks > 0 ? `; ${countOf(walks)} random walks beside` : '';
  return `bounded: ${far}, ${share} % of the frontier left${more}`;
}

const countOf = (count: number): string =>
  count < 1_000_000 ? count.toLocaleString('en') : `${(count / 1_000_000).toFixed(1)} M`;

/** `troupe verify PLAN` as a call: what is wrong with a plan, and what it can take and cost. */
import type { Clock } from '../kernel/clock.ts';
import type { Plan } from '../plan/plan.ts';
import { boundOf, type Certificate } from './certificate.ts';
import { certifyText } from './clearance.ts';
import { findingOf } from './flaw.ts';
import { type Likely, likelyOf } from './likely.ts';
import { type PlanText, planText } from './plan-text.ts';
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
  readonly likely: Likely;
}

export interface VerifyOptions {
  /** More states than this are not looked at. */
  readonly statesMax?: number;
  readonly secondsMax?: number;
}

export interface Around {
  readonly home: string;
  readonly clock: Clock;
}

export async function verifyPlan(
  given: Plan | string,
  _options: VerifyOptions,
  { home, clock }: Around,
): Promise<PlanVerification> {
  const beganMs = clock.elapsed();
  const text = await planText(given, home);
  const certificate = certifyText(text, home);
  const findings = findingsOf(certificate, text);
  const likely = await likelyOf(text.plan, home);
  return {
    name: text.plan.name,
    verdict: findings.length > 0 ? 'refuted' : 'bounded',
    findings,
    states: 0,
    reach: 'not looked through',
    seconds: Math.round(clock.elapsed() - beganMs) / 1_000,
    bound: boundOf(certificate),
    unbounded: certificate.unbounded,
    worst: certificate.worst,
    likely,
  };
}

const findingsOf = ({ flaws }: Certificate, { lineOf }: PlanText): readonly Finding[] =>
  flaws.map((flaw) => findingOf(flaw, lineOf));

/** Tools that look ahead: what would come of a plan, before a cent is spent. */
import { z } from 'zod';
import { tool } from '../tool.ts';
import { planGiven, planOf } from './runs.ts';

const simulatePlan = tool({
  name: 'simulate_plan',
  title: 'Simulate a plan',
  description:
    'Plays a plan through many times in virtual time, with luck and faults: how often it ends ' +
    'well, how long it takes and what it costs. Nothing is run and nothing written.',
  effect: 'looks',
  input: z.object({
    ...planGiven,
    seeds: z.number().int().min(1).max(2_000).default(200).describe('How many runs.'),
    faults: z.string().default('none').describe('none, all, or rates: crash=0.05,kill=0.01'),
  }),
  output: z.looseObject({ name: z.string(), asked: z.number() }),
  async answer({ seeds, faults, ...given }, call) {
    const { signal } = call;
    const simulation = await call.host.troupe.simulate(await planOf(given, call), {
      ...{ seeds, faults, signal },
      onProgress: ({ done, total }) => call.progress(done, total, `${done} of ${total} runs`),
    });
    return { ...simulation };
  },
});

const boundShape = z.object({ duration_ms: z.number(), cost_usd: z.number(), calls: z.number() });

const verifyPlan = tool({
  name: 'verify_plan',
  title: 'Prove what a plan can come to',
  description:
    'Says before a cent is spent whether a plan ends whatever fails, at the latest when, and at ' +
    'what cost and how many agent calls at most; or what is wrong with it, with the shortest way ' +
    'there. Nothing is run.',
  effect: 'looks',
  input: z.object({
    ...planGiven,
    max_seconds: z.number().min(0.1).max(600).default(20).describe('The longest look.'),
  }),
  output: z.object({
    name: z.string(),
    verdict: z.enum(['proved', 'refuted', 'bounded']),
    findings: z.array(z.looseObject({ property: z.string(), message: z.string() })),
    bound: boundShape.nullable().describe('Null when some part has no limit: see unbounded.'),
    unbounded: z.array(z.looseObject({})),
    states: z.number(),
    seconds: z.number(),
  }),
  async answer({ max_seconds: secondsMax, ...given }, call) {
    const { host } = call;
    const { name, verdict, findings, bound, unbounded, states, seconds } = await host.troupe.verify(
      await planOf(given, call),
      { secondsMax },
    );
    const limits = bound && {
      duration_ms: bound.durationMs,
      cost_usd: bound.costUsd,
      calls: bound.calls,
    };
    const [found, open] = [findings.map((each) => ({ ...each })), unbounded.map((e) => ({ ...e }))];
    return { name, verdict, findings: found, bound: limits, unbounded: open, states, seconds };
  },
});

export const foresightTools = [verifyPlan, simulatePlan];

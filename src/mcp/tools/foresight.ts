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
    const simulation = await call.house.troupe.simulate(planOf(given), {
      ...{ seeds, faults, signal },
      onProgress: ({ done, total }) => call.progress(done, total, `${done} of ${total} runs`),
    });
    return { ...simulation };
  },
});

export const foresightTools = [simulatePlan];

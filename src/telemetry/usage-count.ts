/** What an attempt used, from counters that say what they are the sum of. */
import { noUsage, type Usage } from '../../machines/outcome.ts';
import type { Sign } from '../agents/listening/sign.ts';

type Over = Extract<Sign, { type: 'usage.counted' }>['over'];

export class UsageCount {
  #steps: Usage = noUsage;
  #whole: Usage | null = null;

  /** The sum of the attempt counts more than what was added up of its steps. */
  count(over: Over, usage: Usage): void {
    if (over === 'attempt') this.#whole = usage;
    else if (over === 'step') this.#steps = sum(this.#steps, usage);
    // Of a session that goes on from attempt to attempt, only its difference would be this one's.
  }

  get total(): Usage {
    return this.#whole ?? this.#steps;
  }
}

function sum(a: Usage, b: Usage): Usage {
  const costUsd = a.costUsd === null || b.costUsd === null ? null : a.costUsd + b.costUsd;
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    costUsd,
  };
}

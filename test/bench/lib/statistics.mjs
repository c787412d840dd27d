/** Medians, and what is left to chance: a shared machine is never quiet. */

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Runs every subject once a round, in turn, so that a slow spell of the machine hits them all.
 * Answers each subject's samples, in the order of the rounds.
 */
export async function interleaved(rounds, subjects) {
  const samples = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(subjects)) samples[name].push(await run());
  }
  return samples;
}

/** One ratio a round: what was slow for both is slow for both. */
export const ratios = (ours, baseline) => ours.map((value, at) => value / baseline[at]);

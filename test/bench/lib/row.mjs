/** One line of the table: a figure of ours, what it is held against, and whether that is enough. */
import { median, ratios } from './statistics.mjs';

/**
 * `samples` and `baseline` are figures of the same rounds. With a `target` the row is judged: by the
 * median ratio where there is a baseline, else by the median itself. `atMost` turns the judgement
 * around. A median that misses while the best round meets the target is within the noise.
 */
export function row({ what, unit, samples, baseline, against = '', target, atMost = false, note }) {
  const judged = baseline ? ratios(samples, baseline) : samples;
  return {
    what,
    unit,
    ours: median(samples),
    baseline: baseline ? median(baseline) : null,
    against,
    ratio: baseline ? median(judged) : null,
    target: target ?? null,
    atMost,
    verdict: target === undefined ? '' : verdict(judged, target, atMost),
    note: note ?? '',
  };
}

function verdict(judged, target, atMost) {
  const meets = (value) => (atMost ? value <= target : value >= target);
  if (meets(median(judged))) return 'ok';
  return judged.some(meets) ? 'missed?' : 'MISSED';
}

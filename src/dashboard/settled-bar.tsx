/** How many tasks of a run are over, and how many of them ended well. */
import type { RunLine } from '../serving/wire.ts';
import { plural } from './words.ts';

interface SettledProps {
  readonly counts: RunLine['counts'];
  readonly total: number;
}

export const settledOf = ({ succeeded, failed, skipped, cancelled }: RunLine['counts']): number =>
  succeeded + failed + skipped + cancelled;

export function SettledBar({ counts, total }: SettledProps) {
  const settled = settledOf(counts);
  const well = settled === 0 ? 100 : (counts.succeeded / settled) * 100;
  const badly = settled === 0 ? 0 : (counts.failed / settled) * 100;
  return (
    <progress
      class="bar"
      max={Math.max(1, total)}
      value={settled}
      style={{ '--until-well': `${well}%`, '--until-badly': `${well + badly}%` }}
      aria-label={`${settled} of ${plural(total, 'task')} are over, ${counts.succeeded} ended well`}
    />
  );
}

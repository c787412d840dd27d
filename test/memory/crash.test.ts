/** Hundreds of kills of who writes memory, and of its server: `TROUPE_LONG=1`, in minutes. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const longMs = 30 * 60_000;

interface Row {
  readonly what: string;
  readonly ours: number;
}

// It takes minutes: `npm run bench:memory -- --only crash` is the same by hand.
test.skipIf(!process.env.TROUPE_LONG)(
  'nothing acknowledged is lost, and no neighbour is wrong, in 200 kills of each',
  { timeout: longMs },
  async () => {
    const words = ['test/bench/memory.mjs', '--only', 'crash', '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, words, { timeout: longMs });
    const { results } = JSON.parse(stdout) as { results: { rows: Row[] }[] };
    const rows = results.flatMap((each) => each.rows);
    expect(rows).toHaveLength(3);
    expect(rows.map(({ what, ours }) => [what, ours])).toEqual(rows.map(({ what }) => [what, 0]));
  },
);

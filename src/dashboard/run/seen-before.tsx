/** What a task was told of the past: that it was seen before, when, and whether it was verified. */
import type { RecalledRow } from '../../serving/wire.ts';
import { now } from '../clock.ts';
import { linkTo } from '../route.ts';
import { ago } from '../words.ts';

export function SeenBefore({ recalled }: { readonly recalled: readonly RecalledRow[] }) {
  if (recalled.length === 0) return null;
  return (
    <section>
      <h3>Seen before</h3>
      <ul class="plain">
        {recalled.map(({ run, task, at, verified, score, why }) => (
          <li key={`${run}/${task}`} title={why}>
            {`seen before, ${ago(now() - at)}${verified ? ', verified' : ''} `}
            <a
              class="mono"
              href={linkTo({ page: 'run', run, view: 'graph', actor: `task/${task}` })}
            >
              {run}/{task}
            </a>
            <span class="quiet">{` ${Math.round(score * 100)} % alike`}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

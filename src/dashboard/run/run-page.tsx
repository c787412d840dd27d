/** One run: how it stands, its views, whoever is looked at, and the way through its time. */

import { Graph } from '../pictures/graph.tsx';
import { Timeline } from '../pictures/timeline.tsx';
import { linkTo, route, selected, type View, views } from '../route.ts';
import { head, moment, problem, shape } from '../store.ts';
import { ActorPanel } from './actor-panel.tsx';
import { Actors } from './actors.tsx';
import { Events } from './events.tsx';
import { Headline } from './headline.tsx';
import { Spend } from './spend.tsx';
import { TimeBar } from './time-bar.tsx';

const names: Readonly<Record<View, string>> = {
  ...{ graph: 'Graph', timeline: 'Timeline', actors: 'Actors', spend: 'Spend', events: 'Events' },
};
const shown: Readonly<Record<View, () => preact.JSX.Element>> = {
  ...{ graph: Graph, timeline: Timeline, actors: Actors, spend: Spend, events: Events },
};

export function RunPage() {
  const { run, view } = route.value;
  const View = shown[view];
  if (problem.value && head.value === null) return <Trouble />;
  return (
    <main
      id="main"
      class="run-page"
      data-panel={selected.value === '' ? 'closed' : 'open'}
      data-time={moment.value === null ? 'present' : 'past'}
    >
      <Headline run={run} />
      <nav class="tabs" aria-label="Views of the run">
        {views.map((each, at) => (
          <a
            key={each}
            href={linkTo({ view: each })}
            aria-current={each === view ? 'page' : undefined}
            title={`${names[each]} (${at + 1})`}
          >
            {names[each]}
          </a>
        ))}
      </nav>
      <section class="stage" aria-label={names[view]} aria-busy={shape.value === null}>
        <View key={run} />
      </section>
      {selected.value !== '' && <ActorPanel key={selected.value} address={selected.value} />}
      <TimeBar run={run} />
    </main>
  );
}

function Trouble() {
  const { message = '', hint = '' } = problem.value ?? {};
  return (
    <main id="main" class="run-page-trouble">
      <div class="empty">
        <h1>This run can't be shown</h1>
        <p>{message}</p>
        <p class="quiet">{hint}</p>
        <a class="button" href={linkTo({ page: 'runs' })}>
          To all runs
        </a>
      </div>
    </main>
  );
}

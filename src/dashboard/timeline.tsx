/** Who did what when: a row for each agent, or for each task, with its attempts as bars. */
import { useComputed, useSignal } from '@preact/signals';
import type { Bar } from '../serving/wire.ts';
import { ticking } from './clock.ts';
import { Listing } from './listing.tsx';
import { go, selected } from './route.ts';
import { bars, head, moment } from './store.ts';
import { clockTime, duration, plural } from './words.ts';

type By = 'agent' | 'task';
const rowHeight = 30;
const ticks = [0, 0.25, 0.5, 0.75, 1] as const;

interface Lane {
  readonly name: string;
  readonly bars: readonly Bar[];
}

export function Timeline() {
  const by = useSignal<By>('agent');
  const end = useComputed(() => endOf());
  const begin = head.value?.begunAt ?? 0;
  const lanes = useComputed(() => lanesOf(shownBars(), by.value));
  if (head.value === null) return <p class="quiet pad">The bars are on their way …</p>;
  const span = Math.max(1, end.value - begin);
  return (
    <div class="timeline">
      <div class="filters">
        <div class="choice" role="group" aria-label="A row for each">
          {(['agent', 'task'] as const).map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={by.value === each}
              onClick={() => (by.value = each)}
            >
              by {each}
            </button>
          ))}
        </div>
        <ul class="legend" aria-label="What the bars are">
          <li data-kind="work">work</li>
          <li data-kind="checks">checks</li>
          <li data-kind="waits">waits</li>
          <li data-end="badly">ended badly</li>
        </ul>
        <span class="quiet">{plural(lanes.value.length, by.value)}</span>
      </div>
      {lanes.value.length === 0 ? (
        <p class="quiet pad">No attempt has begun yet.</p>
      ) : (
        <>
          <div class="lane-axis" aria-hidden="true">
            {ticks.map((share) => (
              <span key={share} style={{ left: `${share * 100}%` }}>
                {share === 0 ? clockTime(begin) : `+${duration(span * share)}`}
              </span>
            ))}
          </div>
          <Listing
            items={lanes.value}
            rowHeight={rowHeight}
            label="Attempts over time"
            row={(lane) => <LaneRow {...{ lane, begin, span }} by={by.value} />}
          />
        </>
      )}
    </div>
  );
}

/** Of a run that goes on, the present moves. */
function endOf(): number {
  const now = head.value;
  if (now === null) return 0;
  const goesOn = moment.value === null && now.status === 'running' && now.life !== 'nobody';
  return goesOn ? Math.max(now.at, ticking.value) : now.at;
}

/** As they were at the moment that is looked at. */
function shownBars(): readonly Bar[] {
  if (moment.value === null) return bars.value;
  const at = head.value?.at ?? 0;
  return bars.value
    .filter(({ from }) => from <= at)
    .map((bar) => (bar.to !== null && bar.to <= at ? bar : { ...bar, to: null, end: 'open' }));
}

function lanesOf(all: readonly Bar[], by: By): readonly Lane[] {
  const lanes = new Map<string, Bar[]>();
  for (const bar of all) {
    const name = by === 'task' ? bar.task : bar.agent;
    if (name === null || (by === 'agent' && bar.kind === 'waits')) continue;
    const lane = lanes.get(name);
    if (lane) lane.push(bar);
    else lanes.set(name, [bar]);
  }
  const sorted = [...lanes].map(([name, bars]) => ({ name, bars }));
  if (by === 'task') return sorted;
  return sorted.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

interface LaneProps {
  readonly lane: Lane;
  readonly by: By;
  readonly begin: number;
  readonly span: number;
}

function LaneRow({ lane, by, begin, span }: LaneProps) {
  const address = `${by}/${lane.name}`;
  return (
    <div class="lane">
      <button
        type="button"
        class="lane-name"
        aria-pressed={selected.value === address}
        onClick={() => go({ actor: address })}
      >
        {lane.name}
      </button>
      <div class="lane-track">
        {lane.bars.map((bar) => (
          <button
            key={bar.id}
            type="button"
            class="lane-bar"
            tabIndex={-1}
            data-kind={bar.kind}
            data-end={bar.end}
            title={titleOf(bar)}
            aria-label={titleOf(bar)}
            style={placeOf(bar, begin, span)}
            onClick={() => go({ actor: `task/${bar.task}` })}
          >
            {by === 'agent' ? bar.task : (bar.agent ?? '')}
          </button>
        ))}
      </div>
    </div>
  );
}

function placeOf({ from, to }: Bar, begin: number, span: number) {
  const left = ((from - begin) / span) * 100;
  const width = (((to ?? begin + span) - from) / span) * 100;
  return { left: `${left}%`, width: `max(3px, ${Math.max(0, width)}%)` };
}

function titleOf({ task, agent, attempt, kind, from, to, end }: Bar): string {
  const took = to === null ? 'goes on' : duration(to - from);
  const who = agent === null ? '' : ` by ${agent}`;
  const how = end === 'badly' ? ', ended badly' : '';
  return `${task}: ${kind}${attempt > 0 ? `, attempt ${attempt}` : ''}${who}, ${took}${how}`;
}

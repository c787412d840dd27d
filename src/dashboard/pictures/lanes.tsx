/** Attempts as bars, a row for each agent or task, of the stretch of time that is seen. */
import type { Bar } from '../../serving/wire.ts';
import { go, selected } from '../route.ts';
import { decidedBars } from '../run/decided.tsx';
import { duration } from '../words.ts';
import type { Stretch } from './stretch.ts';

export type By = 'agent' | 'task';

export interface Lane {
  readonly name: string;
  readonly bars: readonly Bar[];
}

export function lanesOf(all: readonly Bar[], by: By): readonly Lane[] {
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
  readonly seen: Stretch;
  /** Where what goes on has come to. */
  readonly now: number;
}

export function LaneRow({ lane, by, seen, now }: LaneProps) {
  const address = `${by}/${lane.name}`;
  const shown = lane.bars.filter(({ from, to }) => from <= seen.to && (to ?? now) >= seen.from);
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
        {shown.map((bar) => (
          <button
            key={bar.id}
            type="button"
            class="lane-bar"
            tabIndex={-1}
            data-kind={bar.kind}
            data-end={bar.end}
            data-decided={decidedBars.value.has(bar.id)}
            title={titleOf(bar)}
            aria-label={titleOf(bar)}
            style={placeOf(bar, seen, now)}
            onClick={() => go({ actor: `task/${bar.task}` })}
          >
            <span>{by === 'agent' ? bar.task : (bar.agent ?? '')}</span>
          </button>
        ))}
      </div>
    </div>
  );
}

/** A bar that goes on beyond the border is cut there: its words stay in sight. */
function placeOf(bar: Bar, seen: Stretch, now: number) {
  const span = Math.max(1, seen.to - seen.from);
  const from = Math.max(bar.from, seen.from);
  const to = Math.min(bar.to ?? now, seen.to);
  const width = Math.max(0, ((to - from) / span) * 100);
  return { left: `${((from - seen.from) / span) * 100}%`, width: `max(3px, ${width}%)` };
}

function titleOf(bar: Bar): string {
  const { id, task, agent, attempt, kind, from, to, end } = bar;
  const took = to === null ? 'goes on' : duration(to - from);
  const who = agent === null ? '' : ` by ${agent}`;
  const how = end === 'badly' ? ', ended badly' : '';
  const decided = decidedBars.value.has(id) ? ', decided when the run ended' : '';
  const which = attempt > 0 ? `, attempt ${attempt}` : '';
  return `${task}: ${kind}${which}${who}, ${took}${how}${decided}`;
}

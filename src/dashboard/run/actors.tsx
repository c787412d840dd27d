/** Every actor of the run in one list: who is where, since when, and why. */
import { useComputed, useSignal } from '@preact/signals';
import type { ActorRow } from '../../serving/wire.ts';
import { ticking } from '../clock.ts';
import { Listing } from '../listing.tsx';
import { go, selected } from '../route.ts';
import { head, moment, rows } from '../store.ts';
import { duration, plural, signs, toneOf } from '../words.ts';

const machines = ['all', 'agent', 'task', 'supervisor', 'orchestrator'] as const;
type Machine = (typeof machines)[number];
const ranks: readonly string[] = ['orchestrator', 'supervisor', 'agent', 'task'];
const rowHeight = 34;

export function Actors() {
  const machine = useSignal<Machine>('all');
  const search = useSignal('');
  const shown = useComputed(() => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    return rows.value
      .all()
      .filter((row) => machine.value === 'all' || row.machine === machine.value)
      .filter((row) => words.every((word) => textOf(row).includes(word)))
      .sort(compare);
  });
  return (
    <div class="events">
      <div class="filters" role="search">
        <input
          type="search"
          aria-label="Search the actors"
          placeholder="Search: a name, a state, a reason"
          value={search.value}
          onInput={(event) => (search.value = event.currentTarget.value)}
        />
        <div class="choice" role="group" aria-label="Kinds of actors">
          {machines.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={machine.value === each}
              onClick={() => (machine.value = each)}
            >
              {each}
            </button>
          ))}
        </div>
        <span class="quiet" role="status">
          {plural(shown.value.length, 'actor')}
        </span>
      </div>
      {shown.value.length === 0 ? (
        <p class="quiet pad">Nobody fits these words.</p>
      ) : (
        <Listing
          items={shown.value}
          rowHeight={rowHeight}
          label="Actors"
          row={(row) => <Line row={row} />}
        />
      )}
    </div>
  );
}

function Line({ row }: { readonly row: ActorRow }) {
  const tone = toneOf(row.state);
  const until = moment.value === null ? ticking.value : (head.value?.at ?? 0);
  return (
    <button
      type="button"
      class="actor-line"
      data-tone={tone}
      aria-pressed={selected.value === row.address}
      onClick={() => go({ actor: row.address })}
    >
      <span class="sign" aria-hidden="true">
        {signs[tone]}
      </span>
      <span class="actor-name">{row.address}</span>
      <span class="actor-state">{row.state}</span>
      <span class="quiet steady">{row.since > 0 ? duration(until - row.since) : ''}</span>
      <span class="actor-why quiet">{row.why !== '' ? row.why : (row.partner ?? '')}</span>
    </button>
  );
}

const textOf = ({ address, state, why, partner }: ActorRow): string =>
  `${address} ${state} ${why} ${partner ?? ''}`.toLowerCase();

function compare(a: ActorRow, b: ActorRow): number {
  const rank = ranks.indexOf(a.machine) - ranks.indexOf(b.machine);
  return rank || a.address.localeCompare(b.address, 'en', { numeric: true });
}

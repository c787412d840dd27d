/** The log of the run: every fact, to be searched by words, by kind and by who it is of. */
import { useComputed, useSignal } from '@preact/signals';
import type { FactRow } from '../../serving/wire.ts';
import { ask, runPath } from '../ask.ts';
import { Listing } from '../listing.tsx';
import { go, route } from '../route.ts';
import { facts, moment, takeOlder } from '../store.ts';
import { goTo } from '../time.ts';
import { clockTime, plural } from '../words.ts';

const kinds = ['all', 'run', 'task', 'agent', 'plan', 'other'] as const;
type Kind = (typeof kinds)[number];
const rowHeight = 30;

export function Events() {
  const kind = useSignal<Kind>('all');
  const search = useSignal('');
  const shown = useComputed(() => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    return facts.value.filter((fact) => isOf(fact, kind.value) && has(fact, words));
  });
  const oldest = facts.value[0]?.seq ?? 1;
  return (
    <div class="events">
      <div class="filters" role="search">
        <input
          type="search"
          aria-label="Search the events"
          placeholder="Search: words of its type, its task, what it says"
          value={search.value}
          onInput={(event) => (search.value = event.currentTarget.value)}
        />
        <div class="choice" role="group" aria-label="Kinds of events">
          {kinds.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={kind.value === each}
              onClick={() => (kind.value = each)}
            >
              {each}
            </button>
          ))}
        </div>
        <span class="quiet" role="status">
          {plural(shown.value.length, 'event')}
        </span>
        {oldest > 1 && moment.value === null && (
          <button type="button" class="small" onClick={() => fetchOlder(oldest)}>
            Older ones
          </button>
        )}
      </div>
      {shown.value.length === 0 ? (
        <p class="quiet pad">
          {facts.value.length === 0 ? 'Nothing has happened yet.' : 'Nothing fits these words.'}
        </p>
      ) : (
        <Listing
          items={shown.value}
          rowHeight={rowHeight}
          label="Events, oldest first"
          follows
          row={(fact) => <EventRow fact={fact} />}
        />
      )}
    </div>
  );
}

async function fetchOlder(before: number): Promise<void> {
  const path = runPath(route.value.run, `facts?before=${before}`);
  const answer = await ask<{ facts: readonly FactRow[] }>(path).catch(() => ({ facts: [] }));
  takeOlder(answer.facts);
}

function EventRow({ fact }: { readonly fact: FactRow }) {
  const [noun = '', verb = ''] = fact.type.split('.');
  return (
    <div class="event" data-kind={noun} data-verb={verb}>
      <button
        type="button"
        class="link mono"
        title={`Go to input ${fact.n}`}
        aria-label={`${clockTime(fact.at)}: go to input ${fact.n}`}
        onClick={() => goTo(fact.n)}
      >
        {clockTime(fact.at)}
      </button>
      <span class="event-type mono">{fact.type}</span>
      <button type="button" class="link" onClick={() => go({ actor: fact.actor })}>
        {fact.actor}
      </button>
      <span class="event-text">{fact.text}</span>
    </div>
  );
}

function isOf({ type }: FactRow, kind: Kind): boolean {
  const noun = type.split('.')[0] ?? '';
  if (kind === 'all') return true;
  if (kind !== 'other') return noun === kind;
  return !(kinds as readonly string[]).includes(noun);
}

const has = ({ type, actor, text }: FactRow, words: readonly string[]): boolean => {
  if (words.length === 0) return true;
  const all = `${type} ${actor} ${text}`.toLowerCase();
  return words.every((word) => all.includes(word));
};

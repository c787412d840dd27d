/** Whoever is looked at: its machine, what would move it, its words, its proof, and what to do. */
import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Statechart } from '../pictures/statechart.tsx';
import { go } from '../route.ts';
import { look, rows } from '../store.ts';
import { signs, toneOf } from '../words.ts';
import { ActorDeeds } from './actor-deeds.tsx';
import { ActorNow } from './actor-now.tsx';
import { Papers } from './papers.tsx';
import { Stream } from './stream.tsx';

type Tab = 'machine' | 'now' | 'stream' | 'papers';

const names: Readonly<Record<Tab, string>> = {
  ...{ machine: 'Machine', now: 'Now', stream: 'Stream', papers: 'Papers' },
};

/** Kept from one actor to the next. */
const chosen: { tab: Tab } = { tab: 'machine' };

function tabsFor(address: string): readonly Tab[] {
  if (address.startsWith('task/')) return ['machine', 'now', 'stream', 'papers'];
  return address.startsWith('agent/') ? ['machine', 'now', 'stream'] : ['machine', 'now'];
}

export function ActorPanel({ address }: { readonly address: string }) {
  const tabs = tabsFor(address);
  const tab = useSignal<Tab>(tabs.includes(chosen.tab) ? chosen.tab : 'machine');
  const wide = useSignal(false);
  const panel = useRef<HTMLElement>(null);
  const row = rows.value.row(address).value;
  const state = row?.state ?? 'unborn';
  const tone = toneOf(state);
  useEffect(() => {
    // On a small screen it covers everything: whoever reads by ear must be told.
    if (innerWidth < 760) panel.current?.focus();
  }, []);
  return (
    <aside
      class="panel"
      data-wide={wide.value}
      ref={panel}
      tabIndex={-1}
      aria-label={`About ${address}`}
    >
      <header class="panel-head" data-tone={tone}>
        <h2 class="mono">{address}</h2>
        <span class="pill" data-tone={tone}>
          <span aria-hidden="true">{signs[tone]}</span> {state}
        </span>
        <span class="panel-buttons">
          <button
            type="button"
            class="icon wide-only"
            aria-label={wide.value ? 'Narrower' : 'Wider'}
            aria-pressed={wide.value}
            onClick={() => (wide.value = !wide.value)}
          >
            {wide.value ? '⇥' : '⇤'}
          </button>
          <button
            type="button"
            class="icon"
            aria-label="Close (Escape)"
            onClick={() => go({ actor: '' })}
          >
            ✕
          </button>
        </span>
      </header>
      {row && row.why !== '' && <p class="panel-why">{row.why}</p>}
      <ActorDeeds {...{ address, state, row }} />
      <Tabs {...{ tabs, tab }} />
      <div class="panel-body" id="panel-body" role="tabpanel" aria-labelledby={`tab-${tab.value}`}>
        <Body {...{ address, tab: tab.value, wide: wide.value }} />
      </div>
    </aside>
  );
}

interface TabsProps {
  readonly tabs: readonly Tab[];
  readonly tab: Signal<Tab>;
}

function Tabs({ tabs, tab }: TabsProps) {
  return (
    <div class="tabs small-tabs" role="tablist" aria-label="What to see of it">
      {tabs.map((each) => (
        <button
          key={each}
          type="button"
          role="tab"
          id={`tab-${each}`}
          aria-selected={tab.value === each}
          aria-controls="panel-body"
          onClick={() => {
            chosen.tab = each;
            tab.value = each;
          }}
        >
          {names[each]}
        </button>
      ))}
    </div>
  );
}

interface BodyProps {
  readonly address: string;
  readonly tab: Tab;
  readonly wide: boolean;
}

function Body({ address, tab, wide }: BodyProps) {
  const seen = look.value;
  if (tab === 'stream') return <Stream address={address} />;
  if (tab === 'papers') return <Papers address={address} />;
  if (seen === null || seen.address !== address) {
    return <p class="quiet pad">It is being looked at …</p>;
  }
  if (tab === 'now') return <ActorNow look={seen} />;
  return <Statechart look={seen} direction={wide ? 'RIGHT' : 'DOWN'} />;
}

/** What agents and we said to each other, found by words, and played again entry by entry. */
import { useSignal } from '@preact/signals';
import type { ConversationLine } from '../../serving/memory-wire.ts';
import { Answer } from '../answer.tsx';
import { useAsked } from '../asked.ts';
import { linkTo } from '../route.ts';
import { dayTime, duration } from '../words.ts';
import { Speeches } from './speeches.tsx';

export function Conversations() {
  const typed = useSignal('');
  const words = useSignal('');
  const open = useSignal('');
  const path = `memory/conversations?grep=${encodeURIComponent(words.value)}`;
  const list = useAsked<{ conversations: readonly ConversationLine[] }>(path);
  const search = (event: Event): void => {
    event.preventDefault();
    words.value = typed.value;
  };
  return (
    <>
      <form class="filters" role="search" onSubmit={search}>
        <input
          type="search"
          aria-label="Words that were said"
          placeholder="Words that were said"
          value={typed.value}
          onInput={(event) => (typed.value = event.currentTarget.value)}
        />
        <button type="submit">Search</button>
      </form>
      <Answer
        asked={list.value}
        show={({ conversations }) =>
          conversations.length === 0 ? (
            <div class="empty">
              <h2>Nothing was said</h2>
              <p>What agents and we say to each other shows up here, attempt by attempt.</p>
            </div>
          ) : (
            <ul class="run-list">
              {conversations.map((each) => (
                <Line
                  key={each.id}
                  line={each}
                  isOpen={open.value === each.id}
                  toggle={() => (open.value = open.value === each.id ? '' : each.id)}
                />
              ))}
            </ul>
          )
        }
      />
    </>
  );
}

interface LineProps {
  readonly line: ConversationLine;
  readonly isOpen: boolean;
  readonly toggle: () => void;
}

function Line({ line, isOpen, toggle }: LineProps) {
  const { id, run, task, agent, attempt, at, excerpt, state, outcome, durationMs } = line;
  const tone = outcome === 'succeeded' ? 'well' : outcome === '' ? 'busy' : 'badly';
  return (
    <li class="run-card" data-tone={tone}>
      <button type="button" class="link" aria-expanded={isOpen} onClick={toggle}>
        <span class="run-name">
          {task}, attempt {attempt}
        </span>
      </button>
      <span class="pill" data-tone={tone}>
        {outcome || state}
      </span>
      <span class="run-facts">
        {agent} · {dayTime(at)}
        {durationMs > 0 && ` · ${duration(durationMs)}`} ·{' '}
        <a href={linkTo({ page: 'run', run, view: 'graph', actor: `task/${task}` })}>{run}</a>
      </span>
      {excerpt !== '' && <p class="paper">{excerpt}</p>}
      {isOpen && <Speeches id={id} />}
    </li>
  );
}

/** Tasks of the past that are like something, found by meaning. */
import { useSignal } from '@preact/signals';
import { ask, Refused } from '../ask.ts';
import { linkTo } from '../route.ts';
import { dayTime } from '../words.ts';

interface SimilarTask {
  readonly score: number;
  readonly prompt: string;
  readonly outcome: 'succeeded' | 'failed' | 'cancelled';
  readonly solution: string;
  readonly run_id: string;
  readonly task_id: string;
  readonly finished_at: number;
  readonly valid: boolean;
  readonly why: string;
}

type Found =
  | { readonly kind: 'nothing asked' }
  | { readonly kind: 'looking' }
  | { readonly kind: 'found'; readonly tasks: readonly SimilarTask[] }
  | { readonly kind: 'refused'; readonly message: string; readonly hint: string };

export function Similar() {
  const text = useSignal('');
  const found = useSignal<Found>({ kind: 'nothing asked' });
  const search = async (event: Event): Promise<void> => {
    event.preventDefault();
    found.value = { kind: 'looking' };
    try {
      const path = `memory/similar?q=${encodeURIComponent(text.value)}`;
      found.value = { kind: 'found', ...(await ask<{ tasks: readonly SimilarTask[] }>(path)) };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      found.value = { kind: 'refused', ...error.problem };
    }
  };
  return (
    <>
      <form class="filters" role="search" onSubmit={search}>
        <input
          type="search"
          aria-label="What you are about to do"
          placeholder="What you are about to do, in your own words"
          value={text.value}
          onInput={(event) => (text.value = event.currentTarget.value)}
        />
        <button type="submit" class="primary">
          Find what is like it
        </button>
      </form>
      <Answer found={found.value} />
    </>
  );
}

function Answer({ found }: { readonly found: Found }) {
  switch (found.kind) {
    case 'nothing asked':
      return (
        <div class="empty">
          <h2>What was done before</h2>
          <p>
            Every task that has ended is remembered. Describe a task to see those that were like it.
          </p>
        </div>
      );
    case 'looking':
      return <p class="quiet pad">Looking …</p>;
    case 'refused':
      return (
        <div class="empty">
          <h2>{found.message}</h2>
          <p>{found.hint}</p>
        </div>
      );
    case 'found':
      return <Tasks tasks={found.tasks} />;
  }
}

function Tasks({ tasks }: { readonly tasks: readonly SimilarTask[] }) {
  if (tasks.length === 0) {
    return (
      <div class="empty">
        <h2>Nothing is like it</h2>
        <p>Nothing that was done before comes near these words.</p>
      </div>
    );
  }
  return (
    <ul class="run-list">
      {tasks.map((task, at) => (
        <li
          key={`${at} ${task.prompt}`}
          class="run-card"
          data-tone={task.outcome === 'succeeded' ? 'well' : 'badly'}
        >
          <div class="run-link">
            <span class="run-name">{Math.round(task.score * 100)} % alike</span>
            <Origin task={task} />
          </div>
          <span class="pill" data-tone={task.outcome === 'succeeded' ? 'well' : 'badly'}>
            {task.outcome}
          </span>
          <span class="run-facts">
            {dayTime(task.finished_at)} · {task.valid ? 'may be used again' : task.why}
          </span>
          <pre class="paper">{task.prompt}</pre>
          {task.solution !== '' && (
            <details>
              <summary>What came of it</summary>
              <pre class="paper">{task.solution}</pre>
            </details>
          )}
        </li>
      ))}
    </ul>
  );
}

function Origin({ task: { run_id: run, task_id: task } }: { readonly task: SimilarTask }) {
  return (
    <a class="mono" href={linkTo({ page: 'run', run, view: 'graph', actor: `task/${task}` })}>
      {run}/{task}
    </a>
  );
}

/** A task that a person has taken over: where it lies, and the note that gives it back. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { OpeningPaper } from '../../serving/wire.ts';
import { act, ask, runPath } from '../ask.ts';
import { route } from '../route.ts';

interface TakenProps {
  readonly task: string;
  readonly state: string;
}

const takeable: readonly string[] = [
  ...['ready', 'assigned', 'running', 'retrying', 'parked', 'escalated'],
];

/** As the run sees it, which is asked in the end. */
export const isTakeable = (state: string): boolean => takeable.includes(state.split('.')[0] ?? '');

export function TakenOver({ task, state }: TakenProps) {
  if (state === 'taking') return <p class="quiet">Its agent is being stopped …</p>;
  return state === 'held' ? <Held task={task} /> : null;
}

function Held({ task }: Pick<TakenProps, 'task'>) {
  const { run } = route.value;
  const opening = useSignal('');
  const note = useSignal('');
  useEffect(() => {
    const path = runPath(run, `openings/${encodeURIComponent(task)}`);
    void ask<OpeningPaper>(path).then(
      ({ command }) => (opening.value = command),
      (error: Error) => (opening.value = error.message),
    );
  }, [run, task]);
  const handBack = (work: 'open' | 'done') => (event: Event) => {
    event.preventDefault();
    const deed = { type: 'hand-back', task, note: note.value, work } as const;
    const word = work === 'done' ? `${task} is looked at` : `An agent goes on with ${task}`;
    void act(run, deed, word);
  };
  return (
    <div class="held">
      <p>No agent works on it. It lies here, on the machine of the run:</p>
      <pre class="paper" tabIndex={0}>
        {opening.value}
      </pre>
      <form onSubmit={handBack('open')}>
        <textarea
          aria-label={`A note for the agent that goes on with ${task}`}
          placeholder="What is done, and what comes next."
          rows={3}
          value={note.value}
          onInput={(event) => (note.value = event.currentTarget.value)}
        />
        <span class="held-ends">
          <button type="submit" class="small primary">
            Hand it back
          </button>
          <button type="button" class="small" onClick={handBack('done')}>
            It is done
          </button>
        </span>
      </form>
    </div>
  );
}

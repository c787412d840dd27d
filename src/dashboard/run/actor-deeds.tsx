/** What a person can do to one task or agent, as it stands. */
import { useSignal } from '@preact/signals';
import type { ActorRow } from '../../serving/wire.ts';
import { act, ask, attempt, runPath } from '../ask.ts';
import { go, route } from '../route.ts';
import { moment } from '../store.ts';
import { toneOf } from '../words.ts';
import { isTakeable, TakenOver } from './taken-over.tsx';

interface DeedsProps {
  readonly address: string;
  readonly state: string;
  readonly row: ActorRow | null;
}

export function ActorDeeds({ address, state, row }: DeedsProps) {
  const [noun, ...rest] = address.split('/');
  const name = rest.join('/');
  // The past can't be changed: that is what forks are for.
  if (moment.value !== null || row === null) return null;
  if (noun === 'task') return <TaskDeeds {...{ task: name, state, asks: row.asks }} />;
  if (noun === 'agent' && row.asks !== '' && row.partner !== null) {
    return <Question task={row.partner} asks={row.asks} />;
  }
  const isGone = ['off', 'badly'].includes(toneOf(state));
  return noun === 'agent' && !isGone ? <Message agent={name} /> : null;
}

interface TaskProps {
  readonly task: string;
  readonly state: string;
  readonly asks: string;
}

/** A word on it goes to the task, or to the agent that works on it: whoever asks. */
function Question({ task, asks }: Omit<TaskProps, 'state'>) {
  const { run } = route.value;
  return (
    <div class="deeds question" role="group" aria-label={`An answer to ${task}`}>
      <p>{asks}</p>
      <button
        type="button"
        class="primary"
        onClick={() => act(run, { type: 'approve', task }, `${task} may do so`)}
      >
        Approve
      </button>
      <button
        type="button"
        class="danger"
        onClick={() => act(run, { type: 'reject', task }, `${task} may not do so`)}
      >
        Reject
      </button>
    </div>
  );
}

function TaskDeeds({ task, state, asks }: TaskProps) {
  const { run } = route.value;
  const isOver = ['well', 'badly', 'off'].includes(toneOf(state));
  return (
    <div class="deeds" role="group" aria-label={`What can be done about ${task}`}>
      {asks !== '' && <Question {...{ task, asks }} />}
      <TakenOver {...{ task, state }} />
      {toneOf(state) === 'waits' && (
        <button
          type="button"
          class="small"
          onClick={() => act(run, { type: 'retry', task }, `${task} is tried again now`)}
        >
          Try again now
        </button>
      )}
      {!isOver && (
        <button
          type="button"
          class="small"
          onClick={() => act(run, { type: 'cancel', task }, `${task} is called off`)}
        >
          Cancel this task
        </button>
      )}
      {!isOver && (
        <button
          type="button"
          class="small"
          onClick={() => act(run, { type: 'skip', task }, `${task} is done without`)}
        >
          Skip it
        </button>
      )}
      {isTakeable(state) && (
        <button
          type="button"
          class="small"
          onClick={() => act(run, { type: 'take', task }, `${task} is yours`)}
        >
          Take it over
        </button>
      )}
      {toneOf(state) === 'badly' && (
        <button type="button" class="small" onClick={() => forkBefore(run, task)}>
          Try again in a fork
        </button>
      )}
    </div>
  );
}

/** A task that has ended stays ended: another run goes on from before it. */
async function forkBefore(run: string, task: string): Promise<void> {
  let forked = '';
  const done = await attempt(`A fork tries ${task} again`, async () => {
    forked = (await ask<{ run: string }>(runPath(run, 'fork'), { before: task })).run;
  });
  if (done) go({ page: 'run', run: forked, view: 'graph', actor: `task/${task}` });
}

function Message({ agent }: { readonly agent: string }) {
  const text = useSignal('');
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const said = text.value.trim();
    if (said === '') return;
    const deed = { type: 'tell', agent, text: said } as const;
    if (await act(route.value.run, deed, `${agent} hears it with its next attempt`))
      text.value = '';
  };
  return (
    <form class="deeds" onSubmit={send}>
      <input
        type="text"
        aria-label={`Say something to ${agent}`}
        placeholder={`Say something to ${agent}`}
        value={text.value}
        onInput={(event) => (text.value = event.currentTarget.value)}
      />
      <button type="submit" class="small">
        Send
      </button>
    </form>
  );
}

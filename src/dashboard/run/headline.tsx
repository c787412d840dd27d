/** How the run stands in one row, and what can be done about it. */
import { useComputed, useSignal } from '@preact/signals';
import type { RunHead } from '../../serving/wire.ts';
import { act } from '../ask.ts';
import { ticking } from '../clock.ts';
import { Dialog } from '../dialog.tsx';
import { linkTo } from '../route.ts';
import { statusWords } from '../runs-page.tsx';
import { SettledBar, settledOf } from '../settled-bar.tsx';
import { head, live, moment, present, rows, shape } from '../store.ts';
import { duration, money, signs, toneOf } from '../words.ts';
import { AddDialog } from './add-dialog.tsx';

export function Headline({ run }: { readonly run: string }) {
  const now = head.value;
  return (
    <header class="headline">
      <a class="back" href={linkTo({ page: 'runs' })} aria-label="All runs">
        ←
      </a>
      <div class="title">
        <h1>{shape.value?.name ?? run}</h1>
        <span class="mono quiet">{run}</span>
      </div>
      {now && <Status head={now} />}
      {now && <Figures head={now} />}
      <Steering run={run} />
    </header>
  );
}

const isOpen = ({ status }: RunHead): boolean => status === 'running' || status === 'planning';
const isPaused = (now: RunHead): boolean => isOpen(now) && now.concurrency === 0 && now.n > 2;

function Status({ head: now }: { readonly head: RunHead }) {
  const tone = toneOf(now.status);
  const words = moment.value !== null ? now.status : isPaused(now) ? 'paused' : statusWords(now);
  return (
    <span class="pill" data-tone={isPaused(now) ? 'waits' : tone} role="status">
      <span aria-hidden="true">{isPaused(now) ? '‖' : signs[tone]}</span> {words}
    </span>
  );
}

function Figures({ head: now }: { readonly head: RunHead }) {
  const { failed } = now.counts;
  const settled = settledOf(now.counts);
  const working = useComputed(
    () =>
      rows.value.all().filter(({ machine, state }) => machine === 'agent' && state === 'working')
        .length,
  );
  const goesOn = isOpen(now) && now.life !== 'nobody' && moment.value === null;
  const until = goesOn ? ticking.value : now.at;
  return (
    <div class="figures">
      <dl>
        <div>
          <dt>Tasks</dt>
          <dd>
            {settled}/{now.total}
            {failed > 0 && <span class="bad"> {failed} failed</span>}
          </dd>
        </div>
        <div>
          <dt>At work</dt>
          <dd>{working}</dd>
        </div>
        <div>
          <dt>Spent</dt>
          <dd>
            {money(now.costUsd)}
            {now.budgetUsd !== null && <span class="quiet"> of {money(now.budgetUsd)}</span>}
          </dd>
        </div>
        <div>
          <dt>Time</dt>
          <dd class="steady">{now.begunAt === 0 ? '–' : duration(until - now.begunAt)}</dd>
        </div>
      </dl>
      <SettledBar counts={now.counts} total={now.total} />
    </div>
  );
}

type Open = 'nothing' | 'cancel' | 'limits' | 'add';

function Steering({ run }: { readonly run: string }) {
  const open = useSignal<Open>('nothing');
  const now = present.value;
  if (now === null || !isOpen(now)) return <div class="steer" />;
  const asking = live.all().filter(({ asks }) => asks !== '');
  return (
    <div class="steer" role="group" aria-label="What can be done">
      {asking.length > 0 && (
        <a class="button asks" href={linkTo({ actor: asking[0]?.address ?? '' })}>
          {asking.length === 1 ? '1 asks' : `${asking.length} ask`}
        </a>
      )}
      {now.life === 'nobody' ? (
        <button
          type="button"
          class="primary"
          onClick={() => act(run, { type: 'resume' }, 'The run goes on')}
        >
          Resume
        </button>
      ) : (
        <PauseButton {...{ run, now }} />
      )}
      <button type="button" onClick={() => (open.value = 'limits')}>
        Limits
      </button>
      <button type="button" onClick={() => (open.value = 'add')}>
        Add a task
      </button>
      {now.life === 'here' && (
        <button
          type="button"
          onClick={() => act(run, { type: 'stop' }, 'The run stops; it can be resumed')}
        >
          Stop
        </button>
      )}
      <button type="button" class="danger" onClick={() => (open.value = 'cancel')}>
        Cancel
      </button>
      {open.value === 'cancel' && (
        <CancelDialog run={run} onClose={() => (open.value = 'nothing')} />
      )}
      {open.value === 'add' && <AddDialog run={run} onClose={() => (open.value = 'nothing')} />}
      {open.value === 'limits' && (
        <LimitsDialog run={run} now={now} onClose={() => (open.value = 'nothing')} />
      )}
    </div>
  );
}

function PauseButton({ run, now }: { readonly run: string; readonly now: RunHead }) {
  return isPaused(now) ? (
    <button
      type="button"
      class="primary"
      onClick={() => act(run, { type: 'continue' }, 'The run goes on')}
    >
      Continue
    </button>
  ) : (
    <button
      type="button"
      onClick={() => act(run, { type: 'pause' }, 'Nothing new begins; what is under way goes on')}
    >
      Pause
    </button>
  );
}

function CancelDialog({ run, onClose }: { readonly run: string; readonly onClose: () => void }) {
  const reason = useSignal('');
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const said = reason.value.trim();
    const done = await act(
      run,
      { type: 'cancel', ...(said === '' ? {} : { reason: said }) },
      'The run is called off',
    );
    if (done) onClose();
  };
  return (
    <Dialog title="Call off the run?" onClose={onClose}>
      <form onSubmit={send}>
        <p>What is under way ends, and nothing more begins. This can't be taken back.</p>
        <label>
          Why
          <input
            type="text"
            value={reason.value}
            onInput={(event) => (reason.value = event.currentTarget.value)}
          />
        </label>
        <div class="dialog-end">
          <button type="button" onClick={onClose}>
            Keep it
          </button>
          <button type="submit" class="danger">
            Call it off
          </button>
        </div>
      </form>
    </Dialog>
  );
}

interface LimitsProps {
  readonly run: string;
  readonly now: RunHead;
  readonly onClose: () => void;
}

function LimitsDialog({ run, now, onClose }: LimitsProps) {
  const wide = useSignal(String(now.concurrency || ''));
  const budget = useSignal(now.budgetUsd === null ? '' : String(now.budgetUsd));
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const concurrency = Number(wide.value);
    const budgetUsd = budget.value.trim() === '' ? null : Number(budget.value);
    const deed = {
      type: 'limit',
      ...(concurrency > 0 && concurrency !== now.concurrency ? { concurrency } : {}),
      ...(budgetUsd === now.budgetUsd ? {} : { budgetUsd }),
    } as const;
    if (await act(run, deed, 'The limits are others now')) onClose();
  };
  return (
    <Dialog title="Limits of the run" onClose={onClose}>
      <form onSubmit={send}>
        <label>
          Tasks at once
          <input
            type="number"
            min="1"
            step="1"
            value={wide.value}
            onInput={(event) => (wide.value = event.currentTarget.value)}
          />
        </label>
        <label>
          Budget in dollars; empty: no limit
          <input
            type="number"
            min="0"
            step="any"
            value={budget.value}
            onInput={(event) => (budget.value = event.currentTarget.value)}
          />
        </label>
        <div class="dialog-end">
          <button type="button" onClick={onClose}>
            Leave them
          </button>
          <button type="submit" class="primary">
            Set
          </button>
        </div>
      </form>
    </Dialog>
  );
}

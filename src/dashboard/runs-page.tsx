/** All runs of the home, newest first, and a way to begin another one. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { PlanFile, RunLine } from '../serving/wire.ts';
import { act, ask, attempt } from './ask.ts';
import { Dialog } from './dialog.tsx';
import { go, linkTo } from './route.ts';
import { connection, runs } from './store.ts';
import { dayTime, duration, money, plural, signs, toneOf } from './words.ts';

export function RunsPage() {
  const starting = useSignal(false);
  const list = runs.value;
  return (
    <main class="runs-page" id="main">
      <div class="page-head">
        <h1>Runs</h1>
        <button type="button" class="primary" onClick={() => (starting.value = true)}>
          Start a plan
        </button>
      </div>
      {list === null && <Waiting />}
      {list?.length === 0 && <NoRuns />}
      {list !== null && list.length > 0 && (
        <ul class="run-list">
          {list.map((run) => (
            <RunCard key={run.id} run={run} />
          ))}
        </ul>
      )}
      {starting.value && <StartDialog onClose={() => (starting.value = false)} />}
    </main>
  );
}

function Waiting() {
  if (connection.value === 'lost') return <p class="quiet">The house does not answer.</p>;
  return (
    <ul class="run-list" aria-busy="true" aria-label="Runs are on their way">
      <li class="run-card ghost" />
      <li class="run-card ghost" />
    </ul>
  );
}

function NoRuns() {
  return (
    <div class="empty">
      <h2>No runs yet</h2>
      <p>
        Start a plan here, or in a terminal: <code>troupe init</code>, then{' '}
        <code>troupe run plan.yaml</code>. It shows up by itself.
      </p>
    </div>
  );
}

function RunCard({ run }: { readonly run: RunLine }) {
  const tone = toneOf(run.status);
  const { succeeded, failed, skipped, cancelled } = run.counts;
  const settled = succeeded + failed + skipped + cancelled;
  const isOpen = run.status === 'running' || run.status === 'planning';
  return (
    <li class="run-card" data-tone={tone}>
      <a href={linkTo({ page: 'run', run: run.id, view: 'graph', actor: '' })} class="run-link">
        <span class="run-name">{run.name}</span>
        <span class="mono quiet">{run.id}</span>
      </a>
      <span class="pill" data-tone={tone}>
        <span aria-hidden="true">{signs[tone]}</span> {statusWords(run)}
      </span>
      <progress
        class="bar"
        max={Math.max(1, run.total)}
        value={settled}
        aria-label="Tasks that are over"
      />
      <span class="run-facts">
        {settled} of {plural(run.total, 'task')}
        {failed > 0 && <b class="bad"> · {failed} failed</b>} · {money(run.costUsd)} ·{' '}
        {dayTime(run.orderedAt)}
        {run.at > run.orderedAt && ` · ${duration(run.at - run.orderedAt)}`}
      </span>
      {isOpen && run.life === 'nobody' && (
        <button
          type="button"
          class="small"
          onClick={() => act(run.id, { type: 'resume' }, `${run.id} goes on`)}
        >
          Resume
        </button>
      )}
      {run.reason !== '' && <p class="run-reason">{run.reason}</p>}
    </li>
  );
}

export function statusWords({ status, life }: Pick<RunLine, 'status' | 'life'>): string {
  const isOpen = status === 'running' || status === 'planning';
  return isOpen && life === 'nobody' ? 'stopped' : status;
}

function StartDialog({ onClose }: { readonly onClose: () => void }) {
  const plans = useSignal<readonly PlanFile[]>([]);
  const path = useSignal('');
  const inputs = useSignal('');
  const speed = useSignal('1');
  useEffect(() => {
    ask<{ plans: readonly PlanFile[] }>('plans').then(
      (answer) => {
        plans.value = answer.plans;
        path.value ||= answer.plans[0]?.path ?? '';
      },
      () => {},
    );
  }, []);
  const start = async (event: Event): Promise<void> => {
    event.preventDefault();
    const body = {
      plan: path.value,
      inputs: pairsIn(inputs.value),
      speed: Number(speed.value) || 1,
    };
    let run = '';
    const done = await attempt('It has begun', async () => {
      run = (await ask<{ run: string }>('runs', body)).run;
    });
    if (done) {
      onClose();
      go({ page: 'run', run, view: 'graph', actor: '' });
    }
  };
  return (
    <Dialog title="Start a plan" onClose={onClose}>
      <form onSubmit={start}>
        <label>
          The plan's file
          <input
            type="text"
            required
            list="plans"
            placeholder="plan.yaml"
            value={path.value}
            onInput={(event) => (path.value = event.currentTarget.value)}
          />
          <datalist id="plans">
            {plans.value.map((each) => (
              <option key={each.path} value={each.path} />
            ))}
          </datalist>
        </label>
        <label>
          Its inputs, one <code>name=value</code> a line
          <textarea
            rows={3}
            value={inputs.value}
            onInput={(event) => (inputs.value = event.currentTarget.value)}
          />
        </label>
        <label>
          Simulated work goes so many times faster
          <input
            type="number"
            min="0.1"
            step="any"
            value={speed.value}
            onInput={(event) => (speed.value = event.currentTarget.value)}
          />
        </label>
        <div class="dialog-end">
          <button type="button" onClick={onClose}>
            Close
          </button>
          <button type="submit" class="primary">
            Start
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function pairsIn(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.includes('='));
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf('=')).trim(),
      line.slice(line.indexOf('=') + 1),
    ]),
  );
}

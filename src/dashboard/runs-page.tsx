/** All runs of the home, newest first, and a way to begin another one. */
import { useSignal } from '@preact/signals';
import type { RunLine } from '../serving/wire.ts';
import { act } from './ask.ts';
import { HouseHealth } from './house-health.tsx';
import { linkTo } from './route.ts';
import { SettledBar, settledOf } from './settled-bar.tsx';
import { StartDialog } from './start-dialog.tsx';
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
      <HouseHealth />
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
  const { failed } = run.counts;
  const settled = settledOf(run.counts);
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
      <SettledBar counts={run.counts} total={run.total} />
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

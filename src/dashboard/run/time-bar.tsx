/** The way through the time of a run: a scrubber over its whole journal, compare, and fork. */
import { useComputed, useSignal } from '@preact/signals';
import type { Comparison } from '../../serving/wire.ts';
import { ask, attempt, runPath } from '../ask.ts';
import { Dialog } from '../dialog.tsx';
import { go } from '../route.ts';
import { head, moment } from '../store.ts';
import { backToPresent, goTo, isPlaying, span, speed, stepBy, togglePlay } from '../time.ts';
import { clockTime } from '../words.ts';
import { CompareButton, CompareDialog } from './compare.tsx';

const speeds = [5, 20, 100, 500] as const;

export function TimeBar({ run }: { readonly run: string }) {
  const { first, last } = span.value;
  const at = moment.value ?? last;
  const compared = useSignal<Comparison | null>(null);
  const forking = useSignal(false);
  const isPast = useComputed(() => moment.value !== null);
  const now = head.value;
  return (
    <section class="time" aria-label="Time">
      <div class="time-buttons" role="group" aria-label="Go through time">
        <IconButton label="To the first moment" sign="⇤" onClick={() => goTo(first)} />
        <IconButton label="One step back (,)" sign="‹" onClick={() => stepBy(-1)} />
        <IconButton
          label={isPlaying.value ? 'Stop here (p)' : 'Play (p)'}
          sign={isPlaying.value ? '‖' : '▶'}
          onClick={togglePlay}
        />
        <IconButton label="One step forward (.)" sign="›" onClick={() => stepBy(1)} />
      </div>
      <label class="scrubber">
        <span class="hidden">Moment of the run, by its inputs</span>
        <input
          type="range"
          min={first}
          max={Math.max(first + 1, last)}
          value={at}
          aria-valuetext={`Input ${at} of ${last}${now ? `, ${clockTime(now.at)}` : ''}`}
          onInput={(event) => goTo(Number(event.currentTarget.value))}
        />
      </label>
      <span class="time-at steady">
        <b>{at.toLocaleString('en')}</b>
        <span class="quiet"> / {last.toLocaleString('en')}</span>
        {now && now.at > 0 && <span class="quiet time-clock"> · {clockTime(now.at)}</span>}
      </span>
      <select
        aria-label="Steps a second while it plays"
        value={String(speed.value)}
        onChange={(event) => (speed.value = Number(event.currentTarget.value))}
      >
        {speeds.map((each) => (
          <option key={each} value={String(each)}>
            {each}/s
          </option>
        ))}
      </select>
      <CompareButton {...{ run, at }} show={(comparison) => (compared.value = comparison)} />
      <button type="button" class="small" onClick={() => (forking.value = true)}>
        Fork
      </button>
      <button
        type="button"
        class="small live"
        aria-pressed={!isPast.value}
        disabled={!isPast.value}
        onClick={backToPresent}
      >
        Present
      </button>
      {compared.value && (
        <CompareDialog comparison={compared.value} onClose={() => (compared.value = null)} />
      )}
      {forking.value && <ForkDialog {...{ run, at }} onClose={() => (forking.value = false)} />}
    </section>
  );
}

interface IconProps {
  readonly label: string;
  readonly sign: string;
  readonly onClick: () => void;
}

function IconButton({ label, sign, onClick }: IconProps) {
  return (
    <button type="button" class="icon" aria-label={label} title={label} onClick={onClick}>
      {sign}
    </button>
  );
}

interface ForkProps {
  readonly run: string;
  readonly at: number;
  readonly onClose: () => void;
}

function ForkDialog({ run, at, onClose }: ForkProps) {
  const changes = useSignal('');
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const lines = changes.value.split('\n').filter((line) => line.includes('='));
    const set = lines.map((line) => {
      const cut = line.indexOf('=');
      return { key: line.slice(0, cut).trim(), text: line.slice(cut + 1) };
    });
    let forked = '';
    const isPast = moment.value !== null;
    const done = await attempt('The fork has begun', async () => {
      const body = { set, ...(isPast ? { at } : {}) };
      forked = (await ask<{ run: string }>(runPath(run, 'fork'), body)).run;
    });
    if (!done) return;
    onClose();
    go({ page: 'run', run: forked, view: 'graph', actor: '' });
  };
  return (
    <Dialog
      title={`Fork from ${moment.value === null ? 'the last open moment' : `input ${at}`}`}
      onClose={onClose}
    >
      <form onSubmit={send}>
        <p>A run of its own goes on from there. This one stays as it is.</p>
        <label>
          <span>
            What is to be different, one <code>key=value</code> a line; may stay empty
          </span>
          <textarea
            rows={4}
            placeholder="tasks.build.retries=3"
            value={changes.value}
            onInput={(event) => (changes.value = event.currentTarget.value)}
          />
        </label>
        <div class="dialog-end">
          <button type="button" onClick={onClose}>
            Leave it
          </button>
          <button type="submit" class="primary">
            Fork
          </button>
        </div>
      </form>
    </Dialog>
  );
}

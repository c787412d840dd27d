/** One conversation: whole, or played again in its own time. */
import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { SpeechRow } from '../../serving/memory-wire.ts';
import { Answer } from '../answer.tsx';
import { useAsked } from '../asked.ts';
import { later } from '../clock.ts';
import { clockTime, duration } from '../words.ts';
import { pauseBefore, playedMs } from './playback.ts';

const speeds = [1, 4, 16, 64] as const;

export function Speeches({ id }: { readonly id: string }) {
  const path = `memory/conversation?id=${encodeURIComponent(id)}`;
  const said = useAsked<{ speeches: readonly SpeechRow[] }>(path);
  return (
    <div class="speeches">
      <Answer asked={said.value} show={({ speeches }) => <Played speeches={speeches} />} />
    </div>
  );
}

interface Playing {
  /** How many of the entries are shown. */
  readonly shown: Signal<number>;
  readonly isPlaying: Signal<boolean>;
  readonly speed: Signal<number>;
}

function Played({ speeches }: { readonly speeches: readonly SpeechRow[] }) {
  const playing: Playing = {
    shown: useSignal(speeches.length),
    isPlaying: useSignal(false),
    speed: useSignal(4),
  };
  const { shown, isPlaying, speed } = playing;
  const times = speeches.map(({ at }) => at);
  useEffect(() => {
    if (!isPlaying.value) return;
    if (shown.value >= speeches.length) {
      isPlaying.value = false;
      return;
    }
    return later(pauseBefore(times, shown.value, speed.value), () => {
      shown.value += 1;
    });
  }, [isPlaying.value, shown.value, speed.value]);
  return (
    <>
      {speeches.length > 1 && <Controls {...{ ...playing, times }} />}
      <div role="log" aria-label="What was said">
        {speeches.slice(0, shown.value).map(({ who, at, text }, row) => (
          <div key={`${row}`} class="speech" data-who={who}>
            <span class="quiet mono">{clockTime(at)}</span>
            <span class="tag">{who}</span>
            <span class="speech-text">{text}</span>
          </div>
        ))}
      </div>
    </>
  );
}

function Controls({ shown, isPlaying, speed, times }: Playing & { times: readonly number[] }) {
  const count = times.length;
  const toggle = (): void => {
    // The end is where it begins again.
    if (!isPlaying.value && shown.value >= count) shown.value = 1;
    isPlaying.value = !isPlaying.value;
  };
  return (
    <div class="playback" role="group" aria-label="Play it again">
      <button type="button" class="small" onClick={toggle}>
        {isPlaying.value ? '‖ Stop' : '▶ Play'}
      </button>
      <input
        type="range"
        aria-label="Entry of the conversation"
        aria-valuetext={`Entry ${shown.value} of ${count}`}
        min={1}
        max={count}
        value={shown.value}
        onInput={(event) => {
          isPlaying.value = false;
          shown.value = Number(event.currentTarget.value);
        }}
      />
      <span class="steady quiet">
        {shown.value} / {count}
      </span>
      <select
        aria-label="How fast it is played"
        value={String(speed.value)}
        onChange={(event) => (speed.value = Number(event.currentTarget.value))}
      >
        {speeds.map((each) => (
          <option key={each} value={String(each)}>
            {each}×, {duration(playedMs(times, each))}
          </option>
        ))}
      </select>
    </div>
  );
}

/** What an agent said in an attempt: text, tools, usage; followed while it goes on. */
import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Bar, Word } from '../../serving/wire.ts';
import { listening } from '../listening.ts';
import { bars, words } from '../store.ts';
import { clockTime } from '../words.ts';

interface Attempt {
  readonly task: string;
  readonly token: number;
  readonly attempt: number;
  readonly from: number;
}

export function Stream({ address }: { readonly address: string }) {
  const attempts = useComputed(() => attemptsOf(address, bars.value));
  const picked = useSignal<number | null>(null);
  const last = attempts.value.at(-1);
  const shown = attempts.value.find(({ token }) => token === picked.value) ?? last;
  const [task, token] = [shown?.task, shown?.token];
  useEffect(() => {
    listening.value = task === undefined || token === undefined ? null : { task, token };
    return () => {
      listening.value = null;
    };
  }, [task, token]);
  if (!shown) {
    return (
      <p class="quiet pad">
        Nothing was said: no attempt has begun. Its words show up here as they come.
      </p>
    );
  }
  return (
    <div class="stream">
      <label class="stream-pick">
        Attempt
        <select
          value={String(shown.token)}
          onChange={(event) => (picked.value = Number(event.currentTarget.value))}
        >
          {attempts.value.map(({ task: of, token: each, attempt, from }) => (
            <option key={each} value={String(each)}>
              {of}, attempt {attempt}, {clockTime(from)}
            </option>
          ))}
        </select>
      </label>
      <Words />
    </div>
  );
}

function attemptsOf(address: string, all: readonly Bar[]): readonly Attempt[] {
  const [noun, ...rest] = address.split('/');
  const name = rest.join('/');
  return all.flatMap(({ task, agent, token, attempt, kind, from }) => {
    const isIts = noun === 'task' ? task === name : agent === name;
    return isIts && kind === 'work' && token !== null ? [{ task, token, attempt, from }] : [];
  });
}

function Words() {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const said = words.value;
  useEffect(() => {
    if (atEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [said]);
  if (said === null) return <p class="quiet pad">Listening …</p>;
  if (said.length === 0) return <p class="quiet pad">It has said nothing.</p>;
  const onScroll = (): void => {
    const { scrollTop = 0, scrollHeight = 0, clientHeight = 0 } = box.current ?? {};
    atEnd.current = scrollTop + clientHeight >= scrollHeight - 30;
  };
  return (
    <div class="words" ref={box} onScroll={onScroll} tabIndex={0} role="log" aria-label="Its words">
      {joined(said).map(({ kind, text }, at) => (
        <div key={`${at} ${kind}`} class="word" data-kind={kind}>
          {kind === 'tool' && <span class="tag">tool</span>}
          {kind === 'thought' && <span class="tag">thinks</span>}
          {kind === 'check' && <span class="tag">check</span>}
          <span>{text}</span>
        </div>
      ))}
    </div>
  );
}

/** Pieces of the same kind are one text. */
function joined(said: readonly Word[]): readonly Word[] {
  const all: { kind: Word['kind']; text: string }[] = [];
  for (const { kind, text } of said) {
    const last = all.at(-1);
    if (last?.kind === kind && ['raw', 'text', 'problem', 'check'].includes(kind))
      last.text += text;
    else all.push({ kind, text });
  }
  return all;
}

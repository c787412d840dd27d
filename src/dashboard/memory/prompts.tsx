/** The prompt library: each prompt with its versions, and what changed from one to another. */
import { type Signal, useSignal } from '@preact/signals';
import type { PromptLine, PromptPaper } from '../../serving/memory-wire.ts';
import { Answer } from '../answer.tsx';
import { useAsked } from '../asked.ts';
import { dayTime, plural } from '../words.ts';

export function Prompts() {
  const list = useAsked<{ prompts: readonly PromptLine[] }>('memory/prompts');
  const open = useSignal('');
  return (
    <Answer
      asked={list.value}
      show={({ prompts }) =>
        prompts.length === 0 ? <NoPrompts /> : <List prompts={prompts} open={open} />
      }
    />
  );
}

function NoPrompts() {
  return (
    <div class="empty">
      <h2>No prompts yet</h2>
      <p>
        Keep one in a terminal: <code>troupe prompts save review prompt.md</code>. Every change of
        it becomes a version.
      </p>
    </div>
  );
}

interface ListProps {
  readonly prompts: readonly PromptLine[];
  readonly open: Signal<string>;
}

function List({ prompts, open }: ListProps) {
  return (
    <ul class="run-list">
      {prompts.map(({ name, category, tags, versions, savedAt }) => (
        <li key={name} class="run-card">
          <button
            type="button"
            class="link"
            aria-expanded={open.value === name}
            onClick={() => (open.value = open.value === name ? '' : name)}
          >
            <span class="run-name">{name}</span>
          </button>
          <span class="pill">{plural(versions, 'version')}</span>
          <span class="run-facts">
            {[category, ...tags, dayTime(savedAt)].filter(Boolean).join(' · ')}
          </span>
          {open.value === name && <Paper name={name} versions={versions} />}
        </li>
      ))}
    </ul>
  );
}

function Paper({ name, versions }: { readonly name: string; readonly versions: number }) {
  const at = useSignal(versions);
  const older = useSignal(Math.max(1, versions - 1));
  const query = new URLSearchParams({ name, at: String(at.value), older: String(older.value) });
  const paper = useAsked<PromptPaper>(`memory/prompt?${query}`);
  return (
    <div class="prompt-paper">
      <div class="filters">
        <Version label="Version" of={versions} chosen={at} />
        <Version label="compared with" of={versions} chosen={older} />
      </div>
      <Answer
        asked={paper.value}
        show={({ text, changes }) => (
          <pre class="paper diff">
            {changes.length === 0
              ? text
              : changes.map(({ kind, line }, row) => (
                  <span key={`${row}`} data-kind={kinds[kind]}>
                    {`${marks[kind]} ${line}\n`}
                  </span>
                ))}
          </pre>
        )}
      />
    </div>
  );
}

const kinds = { same: 'same', added: 'new', removed: 'old' };
const marks = { same: ' ', added: '+', removed: '-' };

interface VersionProps {
  readonly label: string;
  readonly of: number;
  readonly chosen: Signal<number>;
}

function Version({ label, of, chosen }: VersionProps) {
  return (
    <label>
      {label}{' '}
      <select
        value={String(chosen.value)}
        onChange={(event) => (chosen.value = Number(event.currentTarget.value))}
      >
        {Array.from({ length: of }, (_, at) => (
          <option key={`${at}`} value={String(at + 1)}>
            {at + 1}
          </option>
        ))}
      </select>
    </label>
  );
}

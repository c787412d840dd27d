/** What runs have produced, by name and version. */
import { useSignal } from '@preact/signals';
import type { DocumentLine } from '../../serving/memory-wire.ts';
import { Answer } from '../answer.tsx';
import { useAsked } from '../asked.ts';
import { linkTo } from '../route.ts';
import { dayTime, plural } from '../words.ts';

export function Documents() {
  const list = useAsked<{ documents: readonly DocumentLine[] }>('memory/documents');
  const open = useSignal('');
  return (
    <Answer
      asked={list.value}
      show={({ documents }) =>
        documents.length === 0 ? (
          <div class="empty">
            <h2>No documents yet</h2>
            <p>What tasks answer, and the files that they leave, are kept here by name.</p>
          </div>
        ) : (
          <ul class="run-list">
            {documents.map((each) => (
              <Line
                key={each.name}
                line={each}
                isOpen={open.value === each.name}
                toggle={() => (open.value = open.value === each.name ? '' : each.name)}
              />
            ))}
          </ul>
        )
      }
    />
  );
}

interface LineProps {
  readonly line: DocumentLine;
  readonly isOpen: boolean;
  readonly toggle: () => void;
}

function Line({ line, isOpen, toggle }: LineProps) {
  const { name, versions, run, task, status, at, bytes } = line;
  const version = useSignal(versions);
  return (
    <li class="run-card" data-tone={status === 'completed' ? 'well' : 'badly'}>
      <button type="button" class="link" aria-expanded={isOpen} onClick={toggle}>
        <span class="run-name">{name}</span>
      </button>
      <span class="pill">{plural(versions, 'version')}</span>
      <span class="run-facts">
        {bytes.toLocaleString('en')} bytes · {dayTime(at)} ·{' '}
        <a href={linkTo({ page: 'run', run, view: 'graph', actor: `task/${task}` })}>{run}</a>
      </span>
      {isOpen && (
        <div class="prompt-paper">
          <label>
            Version{' '}
            <select
              value={String(version.value)}
              onChange={(event) => (version.value = Number(event.currentTarget.value))}
            >
              {Array.from({ length: versions }, (_, each) => (
                <option key={`${each}`} value={String(each + 1)}>
                  {each + 1}
                </option>
              ))}
            </select>
          </label>
          <Content name={name} version={version.value} />
        </div>
      )}
    </li>
  );
}

function Content({ name, version }: { readonly name: string; readonly version: number }) {
  const query = new URLSearchParams({ name, at: String(version) });
  const content = useAsked<{ text: string }>(`memory/document?${query}`);
  return <Answer asked={content.value} show={({ text }) => <pre class="paper">{text}</pre>} />;
}

/** A task's papers: what it was asked, how it was proven, what came out, and what it changed. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { TaskPaper } from '../../serving/wire.ts';
import { ask, Refused, runPath } from '../ask.ts';
import { route } from '../route.ts';
import { rows } from '../store.ts';
import { money } from '../words.ts';
import { SeenBefore } from './seen-before.tsx';

export function Papers({ address }: { readonly address: string }) {
  const task = address.replace(/^task\//, '');
  const paper = useSignal<TaskPaper | null>(null);
  const refused = useSignal('');
  const state = rows.value.row(address).value?.state;
  useEffect(() => {
    const path = runPath(route.value.run, `tasks/${encodeURIComponent(task)}`);
    ask<TaskPaper>(path).then(
      (answer) => {
        paper.value = answer;
      },
      (error: Error) => {
        refused.value = error instanceof Refused ? error.problem.message : error.message;
      },
    );
  }, [task, state]);
  if (refused.value !== '') return <p class="quiet pad">{refused.value}</p>;
  if (paper.value === null) return <p class="quiet pad">The papers are on their way …</p>;
  const { prompt, evidence, output, diff, artifacts, usage, recalled } = paper.value;
  return (
    <div class="now">
      <SeenBefore recalled={recalled} />
      <section>
        <h3>Evidence</h3>
        {evidence.length === 0 ? (
          <p class="quiet">None yet: what its checks have seen shows up here.</p>
        ) : (
          <ul class="evidence">
            {evidence.map(({ kind, passed, summary }, at) => (
              <li key={`${at} ${kind}`} data-passed={passed}>
                <span aria-hidden="true">{passed ? '✓' : '✕'}</span>
                <span class="hidden">{passed ? 'passed' : 'failed'}</span> {summary}
              </li>
            ))}
          </ul>
        )}
      </section>
      {prompt !== '' && <Text title="Prompt" text={prompt} />}
      {output !== '' && <Text title="Output" text={output} />}
      {diff !== '' && (
        <section>
          <h3>What it changed</h3>
          <Diff text={diff} />
        </section>
      )}
      {artifacts.length > 0 && (
        <section>
          <h3>Artifacts</h3>
          <ul class="plain mono">
            {artifacts.map((path) => (
              <li key={path}>{path}</li>
            ))}
          </ul>
        </section>
      )}
      {usage && (
        <p class="quiet">
          {usage.inputTokens.toLocaleString('en')} tokens in,{' '}
          {usage.outputTokens.toLocaleString('en')} out, {money(usage.costUsd)}
        </p>
      )}
    </div>
  );
}

function Text({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <section>
      <h3>{title}</h3>
      <pre class="paper" tabIndex={0}>
        {text}
      </pre>
    </section>
  );
}

function Diff({ text }: { readonly text: string }) {
  return (
    <pre class="paper diff" tabIndex={0}>
      {text.split('\n').map((line, at) => (
        <span key={`${at}`} data-kind={kindOf(line)}>
          {line}
          {'\n'}
        </span>
      ))}
    </pre>
  );
}

function kindOf(line: string): string {
  if (/^(diff|index|---|\+\+\+) ?/.test(line)) return 'head';
  if (line.startsWith('@@')) return 'place';
  if (line.startsWith('+')) return 'new';
  return line.startsWith('-') ? 'old' : 'same';
}

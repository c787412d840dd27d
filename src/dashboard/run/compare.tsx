/** Two moments of a run side by side: who moved, and what happened in between. */
import type { Comparison } from '../../serving/wire.ts';
import { ask, Refused, runPath, toast } from '../ask.ts';
import { Dialog } from '../dialog.tsx';
import { go } from '../route.ts';
import { goTo, kept } from '../time.ts';
import { clockTime, duration, plural } from '../words.ts';

interface CompareProps {
  readonly run: string;
  readonly at: number;
  readonly show: (comparison: Comparison) => void;
}

/** The first press keeps the moment, the second compares with it. */
export function CompareButton({ run, at, show }: CompareProps) {
  const before = kept.value;
  if (before === null || before === at) {
    return (
      <button
        type="button"
        class="small"
        aria-pressed={before !== null}
        onClick={() => {
          kept.value = before === null ? at : null;
          if (before === null)
            toast('done', `Input ${at} is kept`, 'Go to another moment, and compare');
        }}
      >
        {before === null ? 'Compare' : `Kept ${at}`}
      </button>
    );
  }
  const compare = async (): Promise<void> => {
    try {
      const [begin, end] = before < at ? [before, at] : [at, before];
      show(await ask<Comparison>(runPath(run, `compare?begin=${begin}&end=${end}`)));
      kept.value = null;
    } catch (error) {
      if (error instanceof Refused) toast('refused', error.problem.message, error.problem.hint);
      else throw error;
    }
  };
  return (
    <button
      type="button"
      class="small primary"
      aria-label={`Compare with ${before}`}
      onClick={compare}
    >
      Compare<span class="wide-only"> with {before}</span>
    </button>
  );
}

interface CompareDialogProps {
  readonly comparison: Comparison;
  readonly onClose: () => void;
}

export function CompareDialog({ comparison, onClose }: CompareDialogProps) {
  const { from, to, changed, facts } = comparison;
  return (
    <Dialog title={`From input ${from.n} to ${to.n}`} onClose={onClose}>
      <p class="quiet">
        {clockTime(from.at)} to {clockTime(to.at)}, {duration(to.at - from.at)} ·{' '}
        {plural(changed.length, 'actor')} changed · {plural(facts.length, 'event')}
      </p>
      <div class="compare" tabIndex={0} role="region" aria-label="What is different">
        {changed.length === 0 ? (
          <p>Everybody stood where they stand.</p>
        ) : (
          <Changed comparison={comparison} onClose={onClose} />
        )}
        {facts.length > 0 && <Between comparison={comparison} onClose={onClose} />}
      </div>
      <div class="dialog-end">
        <button type="button" class="primary" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

/** Each leads to the actor, at the later of the two moments. */
function Changed({ comparison: { to, changed }, onClose }: CompareDialogProps) {
  const look = (actor: string): void => {
    onClose();
    goTo(to.n);
    go({ actor });
  };
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Who</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {changed.map(({ address, before, after, why }) => (
          <tr key={address}>
            <td>
              <button type="button" class="link" onClick={() => look(address)}>
                {address}
              </button>
            </td>
            <td>{before ?? 'not there'}</td>
            <td>
              {after ?? 'gone'}
              {why !== '' && <span class="quiet"> {why}</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Each leads to its moment. */
function Between({ comparison: { facts }, onClose }: CompareDialogProps) {
  const visit = (n: number): void => {
    onClose();
    goTo(n);
  };
  return (
    <details>
      <summary>What happened in between</summary>
      <ol class="between">
        {facts.map(({ seq, n, at, actor, type, text }) => (
          <li key={seq}>
            <button type="button" class="link mono" onClick={() => visit(n)}>
              {clockTime(at)} · {n}
            </button>{' '}
            {actor} <b>{type}</b> {text}
          </li>
        ))}
      </ol>
    </details>
  );
}

/** Begins a plan: its file, its inputs, and how fast simulated work goes. */
import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { PlanFile } from '../serving/wire.ts';
import { ask, attempt } from './ask.ts';
import { Dialog } from './dialog.tsx';
import { go } from './route.ts';

export function StartDialog({ onClose }: { readonly onClose: () => void }) {
  const path = useSignal('');
  const inputs = useSignal('');
  const speed = useSignal('1');
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
    if (!done) return;
    onClose();
    go({ page: 'run', run, view: 'graph', actor: '' });
  };
  return (
    <Dialog title="Start a plan" onClose={onClose}>
      <form onSubmit={start}>
        <PlanField path={path} />
        <label>
          <span>
            Its inputs, one <code>name=value</code> a line
          </span>
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

function PlanField({ path }: { readonly path: Signal<string> }) {
  const plans = useSignal<readonly PlanFile[]>([]);
  useEffect(() => {
    ask<{ plans: readonly PlanFile[] }>('plans').then(
      (answer) => {
        plans.value = answer.plans;
        path.value ||= answer.plans[0]?.path ?? '';
      },
      // Without suggestions a path can still be written.
      () => {},
    );
  }, []);
  return (
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
  );
}

function pairsIn(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.includes('='));
  return Object.fromEntries(
    lines.map((line) => {
      const cut = line.indexOf('=');
      return [line.slice(0, cut).trim(), line.slice(cut + 1)];
    }),
  );
}

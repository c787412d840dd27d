/** What was spent when, against the budget; and which tasks it went to. */
import { useComputed } from '@preact/signals';
import type { ActorRow, Remainder, SpendPoint } from '../../serving/wire.ts';
import { runPath } from '../ask.ts';
import { useAsked } from '../asked.ts';
import { go, route } from '../route.ts';
import { head, rows, spend } from '../store.ts';
import { clockTime, duration, money } from '../words.ts';

const [width, height] = [860, 260];
const [left, right, top, bottom] = [64, 20, 20, 34];
const dearestMax = 12;
const askEveryInputs = 50;

export function Spend() {
  const now = head.value;
  const points = useComputed(() => spend.value.filter(([at]) => at <= (head.value?.at ?? 0)));
  const dearest = useComputed(() =>
    rows.value
      .all()
      .filter(({ machine, costUsd }) => machine === 'task' && (costUsd ?? 0) > 0)
      .sort((a, b) => (b.costUsd ?? 0) - (a.costUsd ?? 0))
      .slice(0, dearestMax),
  );
  if (now === null) return <p class="quiet pad">The figures are on their way …</p>;
  return (
    <div class="spend">
      <dl class="sums">
        <Sum name="Spent" usd={now.costUsd} />
        <Sum name="Set aside for attempts under way" usd={now.reservedUsd} />
        <Worst n={now.n} />
        {now.budgetUsd === null ? (
          <div>
            <dt>Budget</dt>
            <dd>no limit</dd>
          </div>
        ) : (
          <Sum name="Budget" usd={now.budgetUsd} />
        )}
      </dl>
      {dearest.value.length === 0 ? (
        <div class="empty">
          <h2>Nothing was spent</h2>
          <p>What attempts cost shows up here as soon as an agent has reported it.</p>
        </div>
      ) : (
        <>
          <Curve points={points.value} end={now.at} budget={now.budgetUsd} />
          <h2>Where it went</h2>
          <Dearest dearest={dearest.value} />
        </>
      )}
    </div>
  );
}

/** What the proof of the plan says is still possible, asked anew as the run goes on. */
function Worst({ n }: { readonly n: number }) {
  const step = Math.floor(n / askEveryInputs);
  const path = `${runPath(route.value.run, 'remainder')}?step=${step}`;
  const asked = useAsked<{ remainder: Remainder | null }>(path).value;
  if (asked.kind !== 'there' || asked.answer.remainder === null) return null;
  const { costUsd, durationMs, calls } = asked.answer.remainder;
  return (
    <div title={`at most ${duration(durationMs)} and ${calls} calls, whatever fails`}>
      <dt>At worst still, by its certificate</dt>
      <dd>{money(costUsd)}</dd>
    </div>
  );
}

function Sum({ name, usd }: { readonly name: string; readonly usd: number | null }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{money(usd)}</dd>
    </div>
  );
}

interface CurveProps {
  readonly points: readonly SpendPoint[];
  readonly end: number;
  readonly budget: number | null;
}

function Curve({ points, end, budget }: CurveProps) {
  const begin = points[0]?.[0] ?? end;
  const spent = points.at(-1)?.[1] ?? 0;
  // A budget far above all that was spent would press the curve flat.
  const shownBudget = budget !== null && budget < spent * 6 ? budget : null;
  const most = Math.max(spent, shownBudget ?? 0) * 1.08 || 1;
  const x = (at: number): number =>
    left + ((at - begin) / Math.max(1, end - begin)) * (width - left - right);
  const y = (usd: number): number => height - bottom - (usd / most) * (height - top - bottom);
  const steps = points.map(([at, usd], i) => `${i === 0 ? `M${x(at)} ` : `H${x(at)}V`}${y(usd)}`);
  const line = `${steps.join('')}H${x(end)}`;
  const area = `${line}V${y(0)}H${x(begin)}Z`;
  return (
    <svg
      class="curve"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`${money(spent)} spent over the run`}
    >
      {[0, 0.25, 0.5, 0.75, 1].map((share) => (
        <g key={share}>
          <line
            class="grid"
            x1={left}
            x2={width - right}
            y1={y(most * share)}
            y2={y(most * share)}
          />
          <text class="axis" x={left - 8} y={y(most * share) + 4} text-anchor="end">
            {money(most * share)}
          </text>
        </g>
      ))}
      <path class="area" d={area} />
      <path class="line" d={line} />
      {shownBudget !== null && (
        <g>
          <line
            class="limit"
            x1={left}
            x2={width - right}
            y1={y(shownBudget)}
            y2={y(shownBudget)}
          />
          <text class="limit-name" x={width - right} y={y(shownBudget) - 6} text-anchor="end">
            Budget {money(shownBudget)}
          </text>
        </g>
      )}
      <text class="axis" x={left} y={height - 12}>
        {clockTime(begin)}
      </text>
      <text class="axis" x={width - right} y={height - 12} text-anchor="end">
        {clockTime(end)}
      </text>
    </svg>
  );
}

function Dearest({ dearest }: { readonly dearest: readonly ActorRow[] }) {
  const most = dearest[0]?.costUsd ?? 1;
  return (
    <ul class="dearest">
      {dearest.map(({ address, costUsd }) => (
        <li key={address}>
          <button type="button" class="link" onClick={() => go({ actor: address })}>
            {address}
          </button>
          <span class="meter" aria-hidden="true">
            <span style={{ width: `${((costUsd ?? 0) / most) * 100}%` }} />
          </span>
          <span class="mono">{money(costUsd)}</span>
        </li>
      ))}
    </ul>
  );
}

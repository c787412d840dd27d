/** How the house is: a score, what it misses and why, and what to do about each. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { HealthLine } from '../serving/wire.ts';
import { ask } from './ask.ts';
import { later } from './clock.ts';
import { plural, type Tone } from './words.ts';

const everyMs = 5_000;

export function HouseHealth() {
  const health = useHealth();
  if (health === null) return null;
  const { score, reasons, waiting } = health;
  return (
    <section class="health" data-tone={toneAt(score)} aria-label="Health of the house">
      <p role="status">
        <b>Health {score} of 100</b>
        {waiting > 0 && ` · ${plural(waiting, 'task')} waiting`}
      </p>
      {reasons.length > 0 && (
        <ul>
          {reasons.map(({ points, what, hint }) => (
            <li key={what}>
              <span class="mono">-{points}</span> {what}
              <span class="quiet"> {hint}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** As the command colours it. */
const toneAt = (score: number): Tone => (score >= 90 ? 'well' : score >= 50 ? 'waits' : 'badly');

/** Null until it is known. What was told last stays while the house does not answer. */
function useHealth(): HealthLine | null {
  const health = useSignal<HealthLine | null>(null);
  useEffect(() => {
    let giveUp = (): void => {};
    let isWanted = true;
    const look = async (): Promise<void> => {
      const answer = await ask<{ health: HealthLine }>('health').catch(() => null);
      if (!isWanted) return;
      if (answer) health.value = answer.health;
      giveUp = later(everyMs, () => void look());
    };
    look();
    return () => {
      isWanted = false;
      giveUp();
    };
  }, []);
  return health.value;
}

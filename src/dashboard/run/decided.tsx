/** What decided when the run ended, once it has: as signals for the pictures, and in words. */
import { computed } from '@preact/signals';
import { go } from '../route.ts';
import { bars, present, shape } from '../store.ts';
import { duration, plural } from '../words.ts';
import { decisiveLinks, type Link } from './decisive.ts';

const links = computed((): readonly Link[] => {
  const status = present.value?.status;
  if (status === undefined || status === 'running' || status === 'planning') return [];
  return shape.value === null ? [] : decisiveLinks(bars.value, shape.value);
});

export const decidedBars = computed(() => new Set(links.value.map(({ bar }) => bar.id)));
export const decidedTasks = computed(() => new Set(links.value.map(({ bar }) => bar.task)));

/** `from to`, of tasks of which one waited for what it needs from the other. */
export const decidedNeeds = computed(
  () =>
    new Set(
      links.value.flatMap(({ bar, because }) =>
        because.kind === 'needs' ? [`${because.task} ${bar.task}`] : [],
      ),
    ),
);

interface Stage {
  readonly task: string;
  readonly tookMs: number;
  readonly why: string;
}

const stagesMax = 40;

/** What a task did without a break is one stage. */
function stagesOf(all: readonly Link[]): readonly Stage[] {
  const stages: Stage[] = [];
  for (const { bar, because } of all) {
    const before = stages.at(-1);
    const tookMs = bar.to - bar.from;
    if (because.kind === 'itself' && before) {
      stages[stages.length - 1] = { ...before, tookMs: before.tookMs + tookMs };
    } else stages.push({ task: bar.task, tookMs, why: whyOf({ bar, because }) });
  }
  return stages.slice(-stagesMax);
}

function whyOf({ because }: Link): string {
  switch (because.kind) {
    case 'begin':
    case 'itself':
      return '';
    case 'needs':
      return `needed ${because.task}`;
    case 'agent':
      return `${because.agent} was busy with ${because.task}`;
    case 'slot':
      return `all slots were taken until ${because.task} ended`;
  }
}

export function Decided() {
  const stages = stagesOf(links.value);
  if (stages.length === 0) return null;
  return (
    <section class="decided" aria-label="What decided when it ended">
      <h3>Decided the end</h3>
      <ol>
        {stages.map(({ task, tookMs, why }, at) => (
          <li key={`${at}`}>
            <button
              type="button"
              class="small"
              title={why}
              onClick={() => go({ actor: `task/${task}` })}
            >
              {task} <span class="quiet">{duration(tookMs)}</span>
              {why !== '' && <span class="hidden">, {why}</span>}
            </button>
          </li>
        ))}
      </ol>
      <span class="quiet">{plural(stages.length, 'task')}</span>
    </section>
  );
}

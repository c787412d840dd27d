/** How memory is looked after: what its worker does, and what the last round has done. */
import type { CareLine } from '../../serving/memory-wire.ts';
import { useAsked } from '../asked.ts';
import { now } from '../clock.ts';
import { ago, plural } from '../words.ts';

export function MemoryCare() {
  const { value: asked } = useAsked<{ readonly care: CareLine | null }>('memory/care');
  const care = asked.kind === 'there' ? asked.answer.care : null;
  if (care === null) return null;
  return (
    <p class="quiet" role="status">
      {states[care.state] ?? `The memory worker is ${care.state}`}
      {lastOf(care)}
    </p>
  );
}

const states: Readonly<Record<string, string>> = {
  starting: 'The memory worker is about to begin',
  idle: 'The memory worker is at rest',
  working: 'The memory worker is at work',
  standby: 'Another process looks after this memory',
  crashed: 'The memory worker has given up, and is begun again soon',
};

function lastOf({ last }: CareLine): string {
  if (last === null) return '.';
  const begin = `. Last looked after ${ago(now() - last.at)}: `;
  if (last.problem !== '') return `${begin}${last.problem}.`;
  const { remembered, inspected, archived } = last;
  const looked = `${plural(inspected, 'task')} checked`;
  return `${begin}${plural(remembered, 'task')} remembered, ${looked}, ${archived} put away.`;
}

/** What is remembered: similar tasks, prompts, conversations and documents. */
import { useSignal } from '@preact/signals';
import { Conversations } from './conversations.tsx';
import { Documents } from './documents.tsx';
import { MemoryCare } from './memory-care.tsx';
import { Prompts } from './prompts.tsx';
import { Similar } from './similar.tsx';

const areas = {
  similar: { name: 'Similar tasks', Shown: Similar },
  prompts: { name: 'Prompts', Shown: Prompts },
  conversations: { name: 'Conversations', Shown: Conversations },
  documents: { name: 'Documents', Shown: Documents },
};
type Area = keyof typeof areas;

export function MemoryPage() {
  const area = useSignal<Area>('similar');
  const { Shown } = areas[area.value];
  return (
    <main class="runs-page" id="main">
      <div class="page-head">
        <h1>Memory</h1>
        <div class="choice" role="group" aria-label="What is remembered">
          {(Object.keys(areas) as Area[]).map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={area.value === each}
              onClick={() => (area.value = each)}
            >
              {areas[each].name}
            </button>
          ))}
        </div>
      </div>
      <MemoryCare />
      <Shown />
    </main>
  );
}

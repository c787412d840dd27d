/** A plan that an agent made, for a person to agree to: who would do what, and in which order. */
import type { PlanTask } from '../../src/index.ts';
import { plural, table } from '../terminal/style.ts';
import { plainLine } from '../terminal/text.ts';

type Task = Pick<PlanTask, 'id' | 'role' | 'needs' | 'prompt'>;

const heads = ['TASK', 'AGENT', 'NEEDS', 'WHAT'];

export function planPicture(tasks: readonly Task[], columns: number): string {
  const rows = tasks.map(({ id, role, needs, prompt }) => [
    plainLine(id),
    plainLine(role),
    needs.map((need) => plainLine(shortOf(need))).join(', '),
    plainLine(wordsOf(tasks, prompt)),
  ]);
  const layers = layersOf(tasks).map((layer) =>
    layer.map(({ id }) => plainLine(shortOf(id))).join(', '),
  );
  const order = `${plural(tasks.length, 'task')}: ${layers.join(' -> ')}`;
  return `${table([heads, ...rows], columns)}\n${order}\n`;
}

/** Of `goal.read`, what tells it from the others. */
const shortOf = (id: string): string => id.slice(id.lastIndexOf('.') + 1);

/** Without what is put in once there are results. */
function wordsOf(tasks: readonly Task[], prompt: string): string {
  const ends = tasks.map(({ id }) => prompt.indexOf(`\n\nWhat came of ${id}:`));
  const end = Math.min(...ends.filter((at) => at >= 0), prompt.length);
  return prompt.slice(0, end);
}

/** Tasks that may run side by side, those first that others wait for. */
function layersOf(tasks: readonly Task[]): readonly (readonly Task[])[] {
  const layers: Task[][] = [];
  const placed = new Set<string>();
  const known = new Set(tasks.map(({ id }) => id));
  for (let rest = [...tasks]; rest.length > 0; ) {
    const layer = rest.filter(({ needs }) =>
      needs.every((need) => placed.has(need) || !known.has(need)),
    );
    if (layer.length === 0) return layers;
    for (const { id } of layer) placed.add(id);
    rest = rest.filter((task) => !layer.includes(task));
    layers.push(layer);
  }
  return layers;
}

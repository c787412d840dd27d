/** Facts as a run would tell them, in a few words: `at(5, 'task.ready', 'a')`. */
import type { RunFact } from '../../../src/runs/run.ts';

/** Everything that these tests do not look at is left out. */
export function at(ms: number, type: RunFact['type'], task?: string, more: object = {}): RunFact {
  return { seq: 0, at: ms, actor: 'somebody', type, task, ...more } as unknown as RunFact;
}

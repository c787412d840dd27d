/** Every task ends, once, and its result says how. */
import type { Axiom, Place } from './axiom.ts';
import { type Ending, endOf, endOfRun, isSame } from './endings.ts';

export const tasksEndOnce: Axiom = {
  name: 'tasks-end-once',
  says: 'Every task ends exactly once, and its result tells the same.',
  watch: (ground, blame) => {
    const ends = new Map<string, Ending>();
    const results = new Set<string>();
    let run: (Place & { readonly status: string; readonly begun: boolean }) | null = null;
    let begun = false;
    let concluded = false;
    let performed = 0;
    const judgeResult = (task: string, status: string, at: number): void => {
      results.add(task);
      const end = ends.get(task);
      if (!end) blame(`there is a result of ${task}, which never ended`, { n: null, at });
      else if (!isSame(end.status, status)) {
        blame(`${task} has ${end.status}, its result says ${status}`, { n: end.n, at });
      }
    };
    return {
      fact: ({ n, at, fact }) => {
        begun ||= fact.type === 'run.started';
        const status = endOf(fact);
        if (status && 'task' in fact) {
          const before = ends.get(fact.task);
          if (before) {
            blame(`${fact.task} has ${before.status} at input ${before.n}, then ${status}`, {
              n,
              at,
            });
          } else ends.set(fact.task, { n, at, status });
        }
        const ending = endOfRun(fact);
        if (!ending) return;
        if (run) blame(`the run has ${run.status} already, and now has ${ending}`, { n, at });
        run = { n, at, status: ending, begun };
      },
      step: ({ record }) => {
        performed = Math.max(performed, record.performed);
      },
      sight: (sighting) => {
        if (sighting.kind === 'result.written') {
          judgeResult(sighting.task, sighting.status, sighting.at);
        }
        if (sighting.kind !== 'run.concluded') return;
        concluded = true;
        if (run?.status === sighting.status) return;
        const how = run ? `has ${run.status}` : 'has not ended';
        blame(`the run ${how}, and was concluded as ${sighting.status}`, {
          n: null,
          at: sighting.at,
        });
      },
      end: () => {
        // A plan that was refused has no tasks that could end.
        if (!run?.begun) return;
        for (const { id } of ground.ordered.tasks) {
          if (!ends.has(id)) blame(`the run is over, and ${id} has never ended`, run);
        }
        if (results.size === 0 && !concluded) return;
        for (const [task, { n, at }] of ends) {
          // Of the last inputs nobody knows whether their effects were carried out.
          if (results.has(task) || !(concluded || n <= performed)) continue;
          blame(`${task} has ended, and has no result`, { n, at });
        }
      },
    };
  },
};

/** Draws the run that made the report: tasks with duration and status, and what needed what. */
import { duration, number, plain, some, table } from './markdown.mjs';

/** Fills that stay readable on a dark page, for they bring their own ink. */
const colours = {
  completed: 'fill:#d3f9d8,stroke:#2b8a3e,color:#1b1b1b',
  failed: 'fill:#ffe3e3,stroke:#c92a2a,color:#1b1b1b',
  skipped: 'fill:#f1f3f5,stroke:#868e96,color:#1b1b1b',
  cancelled: 'fill:#fff3bf,stroke:#e67700,color:#1b1b1b',
  running: 'fill:#d0ebff,stroke:#1971c2,color:#1b1b1b',
};

/** Mermaid has entities of its own: `#quot;` where Markdown has `&quot;`. */
const label = (words) => plain(words).replaceAll('&#', '#').replaceAll('"', '#34;');

/** A task without a result is the one that draws: it has not ended while it writes this. */
function stateOf(result) {
  if (!result) return { status: 'running', time: 'writes this' };
  const status = Object.hasOwn(colours, result.status) ? result.status : 'failed';
  return { status, time: duration(result.duration_ms ?? 0) };
}

export function flowchart(tasks, results) {
  const idOf = new Map(tasks.map((task, index) => [task.id, `t${index}`]));
  const states = tasks.map((task) => stateOf(results[task.id]));
  const used = new Set(states.map((state) => state.status));
  const nodes = tasks.map((task, index) => {
    const { status, time } = states[index];
    return `  ${idOf.get(task.id)}["${label(task.id)}<br/>${time}"]:::${status}`;
  });
  const edges = tasks.flatMap((task) =>
    (task.needs ?? []).map((need) => `  ${idOf.get(need)} --> ${idOf.get(task.id)}`),
  );
  const classes = [...used].map((status) => `  classDef ${status} ${colours[status]}`);
  return ['```mermaid', 'flowchart LR', ...nodes, ...edges, ...classes, '```'].join('\n');
}

export function runTable(tasks, results) {
  const rows = tasks.map((task) => {
    const result = results[task.id];
    const { status, time } = stateOf(result);
    const passed = result?.evidence?.filter((evidence) => evidence.passed).length ?? 0;
    const checks = result ? `${passed} of ${some(result.evidence?.length ?? 0, 'check')}` : '';
    const agent = result?.agent_id ?? task.agent ?? '';
    return [plain(task.id), plain(agent), status, time, number(result?.attempts ?? 1), checks];
  });
  return table(['Task', 'Agent', 'Status', 'Time:', 'Attempts:', 'Passed'], rows);
}

/** A run's report for people: a graph, a table, and what its last tasks answered. */
import type { Plan } from '../plan/plan.ts';
import type { RunView, TaskView } from './view.ts';

/** A larger graph can't be read, and browsers give up drawing it. */
const graphTasksMax = 150;
const rowsMax = 1_000;
const answersMax = 20;
/** A report is read by people; the result file names where all of an answer lies. */
const answerCharactersMax = 100_000;

/** `answer` gives a task's whole output. */
export async function reportOf(
  view: RunView,
  plan: Plan,
  answer: (task: string) => Promise<string>,
): Promise<string> {
  const parts = [
    `# ${plain(plan.name)}: ${view.status}`,
    plan.description,
    summary(view),
    view.tasks.length <= graphTasksMax ? graph(view) : '',
    table(view),
    ...(await answers(view, answer)),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function summary(view: RunView): string {
  const { counts, total, costUsd, reason } = view;
  const ends = Object.entries(counts).filter(([, count]) => count > 0);
  const words = ends.map(([status, count]) => `${count} ${status}`).join(', ') || 'none ended';
  const cost = costUsd === null ? 'cost unknown' : `cost $${costUsd.toFixed(2)}`;
  const why = reason === '' ? '' : ` Ended because: ${plain(reason)}.`;
  return `Run \`${view.id}\`: ${total} tasks, ${words}; ${cost}.${why}`;
}

/** Node ids are numbers of our own, so that no task's name can break the graph. */
function graph(view: RunView): string {
  const numbers = new Map(view.tasks.map(({ id }, at) => [id, `t${at}`]));
  const nodes = view.tasks.map((task) => {
    const label = `${task.id}<br/>${duration(task.durationMs)}`;
    return `  ${numbers.get(task.id)}["${label}"]:::${colourOf(task)}`;
  });
  const edges = view.tasks.flatMap(({ id, needs }) =>
    needs.map((need) => `  ${numbers.get(need)} --> ${numbers.get(id)}`),
  );
  return ['```mermaid', 'flowchart LR', ...nodes, ...edges, ...colours, '```'].join('\n');
}

const colours = [
  '  classDef succeeded fill:#d3f9d8,stroke:#2b8a3e,color:#000',
  '  classDef failed fill:#ffe3e3,stroke:#c92a2a,color:#000',
  '  classDef skipped fill:#f1f3f5,stroke:#868e96,color:#000',
  '  classDef open fill:#fff3bf,stroke:#e67700,color:#000',
];

function colourOf({ state }: TaskView): string {
  switch (state) {
    case 'succeeded':
    case 'failed':
    case 'skipped':
      return state;
    case 'cancelled':
      return 'skipped';
    default:
      return 'open';
  }
}

function table(view: RunView): string {
  const rows = view.tasks.slice(0, rowsMax).map((task) => {
    const cells = [task.id, mark(task), task.agent ?? '', String(task.attempt)];
    const note = task.fault?.message ?? '';
    return `| ${[...cells, duration(task.durationMs), note].map(plain).join(' | ')} |`;
  });
  const more = view.tasks.length - rows.length;
  const head =
    '| task | end | agent | attempts | took | why |\n| --- | --- | --- | --- | --- | --- |';
  return [head, ...rows, ...(more > 0 ? [`\nand ${more} more`] : [])].join('\n');
}

function mark({ state }: TaskView): string {
  return state === 'succeeded' ? '✓' : state;
}

/** What nobody else needed is what the plan was for. */
async function answers(
  view: RunView,
  answer: (task: string) => Promise<string>,
): Promise<string[]> {
  const needed = new Set(view.tasks.flatMap(({ needs }) => needs));
  const last = view.tasks.filter(({ id, state }) => state === 'succeeded' && !needed.has(id));
  const texts = last.slice(0, answersMax).map(async ({ id }) => {
    const text = await answer(id).then(shortened, unreadable);
    return text === '' ? '' : `## ${plain(id)}\n\n${text}`;
  });
  return Promise.all(texts);
}

function shortened(answer: string): string {
  const text = answer.trim();
  if (text.length <= answerCharactersMax) return fenceClosed(text);
  const more = text.length - answerCharactersMax;
  return `${fenceClosed(text.slice(0, answerCharactersMax))}\n\n… and ${more} more characters.`;
}

/** A fence that an answer leaves open would swallow the answers after it. */
function fenceClosed(text: string): string {
  let open: string | null = null;
  for (const [, fence = '', rest = ''] of text.matchAll(/^ {0,3}(`{3,}|~{3,})(.*)$/gm)) {
    const closes = open !== null && fence.startsWith(open) && rest.trim() === '';
    const opens = open === null && !(fence.startsWith('`') && rest.includes('`'));
    if (closes) open = null;
    else if (opens) open = fence;
  }
  return open === null ? text : `${text}\n${open}`;
}

/** A person may have taken it away: the run has ended all the same. */
function unreadable(error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return `The answer can't be read: ${plain(why)}`;
}

/** `1.2 s`, `3 min 05 s`. */
export function duration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  const [minutes, rest] = [Math.floor(seconds / 60), String(seconds % 60).padStart(2, '0')];
  if (minutes < 60) return `${minutes} min ${rest} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** Nothing that a task or a program says may become markup. */
function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]<>|#&~$]/g, '\\$&').replace(/\s+/g, ' ');
}

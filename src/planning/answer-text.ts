/** Finds in an agent's answer what it asks for: a plan as JSON, or lines that say `task.add`. */

/** Longer answers are no requests: whoever plans says it in less. */
export const answerMaxBytes = 1_000_000;
const mark = '"task.add"';

/** The JSON in an answer that should be a plan: alone, fenced, or in the middle of words. */
export function planText(answer: string): string | null {
  const fences = [...answer.matchAll(/^ *```\w*\s*\n([\s\S]*?)^ *```/gm)];
  const fenced = fences.map(([, body = '']) => body).filter((body) => /^\s*\{/.test(body));
  const text = fenced.at(-1) ?? answer;
  const [start, end] = [text.indexOf('{'), text.lastIndexOf('}')];
  if (start < 0) return null;
  return end < start ? text.slice(start) : text.slice(start, end + 1);
}

export interface AskedLines {
  /** A plan of all that the lines ask for, a task a line; null when no line asks for anything. */
  readonly text: string | null;
  /** Lines that look as if they asked, and are no JSON: where they are, and why. */
  readonly broken: readonly string[];
}

export function askedLines(answer: string): AskedLines {
  const tasks: unknown[] = [];
  const broken: string[] = [];
  for (const [at, line] of answer.split('\n').entries()) {
    const text = line.trim();
    if (!text.startsWith('{') || !text.includes(mark)) continue;
    const asked = readLine(text);
    if (typeof asked === 'string') broken.push(`line ${at + 1} of the answer is no JSON: ${asked}`);
    else tasks.push(...asked);
  }
  const rows = tasks.map((task) => JSON.stringify(task));
  const text = rows.length === 0 ? null : `{"tasks": [\n${rows.join(',\n')}\n]}`;
  return { text, broken };
}

/** One task, or several of them as `tasks`; what is wrong with the line when it can't be read. */
function readLine(line: string): readonly unknown[] | string {
  let value: Readonly<Record<string, unknown>>;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return (error as Error).message;
  }
  const { troupe, tasks, ...task } = value;
  if (troupe !== 'task.add') return [];
  return Array.isArray(tasks) ? tasks : [task];
}
